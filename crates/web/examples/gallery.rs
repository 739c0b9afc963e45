//! Writes every sample page into a folder, to be opened in a browser: `cargo run -p web --example gallery -- FOLDER`.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder: PathBuf = std::env::args_os().nth(1).ok_or("name a folder to write the pages into")?.into();
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("app.css"), web_shell::assets::style_sheet_text())?;
    std::fs::write(folder.join("app.js"), web_shell::assets::script_text())?;
    for (name, html) in web::samples()? {
        let html = html
            .replace(web_shell::assets::style_sheet(), "app.css")
            .replace(web_shell::assets::script(), "app.js");
        std::fs::write(folder.join(name).with_extension("html"), html)?;
    }
    Ok(())
}
