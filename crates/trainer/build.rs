//! A recipe that is added is built in.

fn main() {
    println!("cargo::rerun-if-changed=recipes");
}
