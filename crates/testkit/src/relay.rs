//! A mail relay on this machine.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail relay that answers every letter with one code and remembers those that it took.
pub struct Relay {
    /// Where it listens on this machine.
    pub port: u16,
    letters: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    /// Starts a relay that answers every recipient with `code`.
    pub async fn start(code: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("its number").port();
        let letters = Arc::new(Mutex::new(Vec::new()));
        let kept = letters.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, code, kept.clone()));
            }
        });
        Self { port, letters }
    }

    /// Returns the letters that it took, oldest first.
    #[must_use]
    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().expect("no holder panicked").clone()
    }
}

/// Speaks as much of RFC 5321 as a client needs to send a letter.
async fn converse(stream: TcpStream, code: u16, kept: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 relay.test\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" | "MAIL" | "RSET" | "NOOP" => "250 fine".to_owned(),
            "RCPT" => format!("{code} said of the recipient"),
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut letter = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    letter.push_str(&line);
                    letter.push('\n');
                }
                kept.lock().expect("no holder panicked").push(letter);
                "250 taken".to_owned()
            }
            "QUIT" => "221 goodbye".to_owned(),
            _ => "502 no such thing".to_owned(),
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
