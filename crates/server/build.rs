//! Puts the built web app into the binary, or a page that says how to build it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

const WEB_APP: &str = "../../web/apps/visit/dist";

const NOT_BUILT: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Housecall</title>
<h1>The server runs, but the web app was not built into it</h1>
<p>Start it with <code>cargo xtask serve</code>, which builds both.</p></html>
";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={WEB_APP}");
    memory_serve::load_directory(web_app());
}

fn web_app() -> PathBuf {
    if Path::new(WEB_APP).join("index.html").exists() {
        return WEB_APP.into();
    }
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("web");
    fs::create_dir_all(&folder).expect("OUT_DIR can be written");
    fs::write(folder.join("index.html"), NOT_BUILT).expect("OUT_DIR can be written");
    folder
}
