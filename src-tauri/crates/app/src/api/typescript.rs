//! Writes the API as TypeScript, for `ui/src/lib/backend/types.ts`.

use super::{methods, types, visit_types};
use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use ts_rs::{Config, TS, TypeVisitor};

/// Returns the whole TypeScript file: every type, then the table of methods.
pub fn types_ts() -> String {
    let config = Config::default().with_large_int("number");
    let mut collect = Collect {
        config: &config,
        declarations: BTreeMap::new(),
        seen: HashSet::new(),
    };
    visit_types(&mut collect);
    collect.visit::<types::Batch>();
    collect.visit::<types::ApiError>();
    collect.visit::<types::SetKey>();
    collect.visit::<types::CreateGatewayKey>();
    collect.visit::<types::CreatedGatewayKey>();
    collect.visit::<types::SaveText>();
    collect.visit::<types::Sidecar>();
    collect.visit::<types::SavedFile>();
    collect.visit::<types::OpenUrl>();
    let mut out =
        String::from("// Generated from the Rust types by `cargo xtask types`. Do not edit.\n\n");
    for declaration in collect.declarations.values() {
        out.push_str(declaration);
        out.push_str("\n\n");
    }
    out.push_str("/** Every method: its parameters and its result. */\nexport interface Api {\n");
    for method in methods(&config) {
        out.push_str(&format!(
            "  /** {} */\n  \"{}\": {{ params: {}; result: {} }};\n",
            method.doc, method.name, method.params, method.result
        ));
    }
    out.push_str("}\n");
    out
}

struct Collect<'a> {
    config: &'a Config,
    declarations: BTreeMap<String, String>,
    /// Types that were visited, lists and other wrappers too: one may hold itself.
    seen: HashSet<TypeId>,
}

impl TypeVisitor for Collect<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        if T::output_path().is_some() {
            let name = T::name(self.config);
            if self.declarations.contains_key(&name) {
                return;
            }
            let docs = T::docs().unwrap_or_default();
            self.declarations
                .insert(name, format!("{docs}export {}", T::decl(self.config)));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

#[cfg(test)]
mod tests {
    use super::types_ts;
    use std::path::Path;

    /// Run with `SWITCHBOARD_WRITE_TYPES=1` (that is what `cargo xtask types` does) to write the file.
    #[test]
    fn the_typescript_types_are_those_of_the_rust_code() {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/lib/backend/types.ts");
        let expected = types_ts();
        if std::env::var_os("SWITCHBOARD_WRITE_TYPES").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &expected).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == expected,
            "types.ts is out of date: run `cargo xtask types`"
        );
    }
}
