//! Checks the window's permissions, embeds the page, and makes a bare `cargo build` possible.

use std::path::Path;

/// Shown when the program was built before the user interface was.
const STUB_PAGE: &str = r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Switchboard</title>
    <style>
      html { color-scheme: light dark; background: Canvas; color: CanvasText; }
      body { font: 15px/1.6 system-ui, sans-serif; max-width: 34em; margin: 12vh auto; padding: 0 2em; }
      code { font-size: 1.05em; }
    </style>
  </head>
  <body data-testid="stub-page">
    <h1>The user interface is not built yet</h1>
    <p>This program was compiled before its pages were. In the repository, type</p>
    <p><code>cargo xtask run</code></p>
    <p>which builds both and opens this window again.</p>
  </body>
</html>
"#;

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/permissions");
    // Pages are embedded at compile time only: a new build of them must recompile the shell.
    println!("cargo:rerun-if-changed=ui/dist");
    let page = Path::new("ui/dist/index.html");
    if !page.exists()
        && let Err(error) =
            std::fs::create_dir_all("ui/dist").and_then(|()| std::fs::write(page, STUB_PAGE))
    {
        fail(&format!(
            "cannot write a stand-in for the missing user interface: {error}"
        ));
    }
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(
            tauri_build::AppManifest::new()
                .permissions_path_pattern("./src-tauri/permissions/**/*.toml"),
        );
    if let Err(error) = tauri_build::try_build(attributes) {
        fail(&format!("{error:#}"));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a build script has nothing to lose"
)]
fn fail(message: &str) -> ! {
    println!("cargo::error={}", message.replace('\n', " "));
    std::process::exit(1);
}
