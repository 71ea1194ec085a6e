//! Gives the Windows programs their icon, version and manifest. Does nothing for other systems.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    const ICON: &str = "assets/icons/app.ico";
    const MANIFEST: &str = "assets/windows/app.manifest";
    for file in ["build.rs", ICON, MANIFEST] {
        println!("cargo::rerun-if-changed={file}");
    }
    // This program runs where it is built; what it builds for stands in the variable.
    if std::env::var("CARGO_CFG_TARGET_OS")? != "windows" {
        return Ok(());
    }
    // Pages of the file as the memory has them, so that the loader need not copy a program that it can share.
    let aligned = match std::env::var("CARGO_CFG_TARGET_ENV")?.as_str() {
        "msvc" => "/FILEALIGN:4096",
        _ => "-Wl,--file-alignment=4096",
    };
    println!("cargo::rustc-link-arg-bins={aligned}");
    let mut resource = winresource::WindowsResource::new();
    resource
        .set_icon(ICON)
        .set_manifest_file(MANIFEST)
        // What the task manager and toasts show.
        .set("FileDescription", "Shimkeeper")
        .set("ProductName", "Shimkeeper");
    resource.compile().map_err(|error| {
        format!("the resources of the Windows programs could not be compiled (is windres of mingw-w64, or rc.exe, installed?): {error}").into()
    })
}
