#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

/// As in `switchboard-cli`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    switchboard_desktop::run()
}
