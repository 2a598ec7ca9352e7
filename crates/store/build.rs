//! Tells Cargo that the crate embeds the migrations.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
