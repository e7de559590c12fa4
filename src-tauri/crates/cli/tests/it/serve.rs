//! `serve` and `serve --dashboard`.

use crate::program::{Gateway, Home, Ran, ran, signal};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;

struct Serving {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    address: String,
    token: String,
}

fn serve(home: &Home, arguments: &[&str]) -> Serving {
    let ui = home.path().join("ui");
    home.write("ui/index.html", "<!doctype html><title>Switchboard</title>");
    let arguments = [&["serve", "--dashboard"], arguments].concat();
    let mut child = home
        .command(&arguments)
        .env("SWITCHBOARD_UI_DIR", &ui)
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let url = line
        .trim()
        .strip_prefix("Switchboard is at http://")
        .unwrap();
    let (address, token) = url.split_once("/?token=").unwrap();
    Serving {
        address: address.to_owned(),
        token: token.to_owned(),
        child,
        out,
    }
}

impl Serving {
    fn request(&self, text: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!("\r\nhost: {}\r\nconnection: close\r\n", self.address);
        stream
            .write_all(text.replacen("\r\n", &head, 1).as_bytes())
            .unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    }

    fn end(self) -> Ran {
        signal(&self.child, "INT");
        ran(self.child.wait_with_output().unwrap())
    }
}

#[test]
fn the_printed_address_opens_the_page_and_its_api_once() {
    let home = Home::new();
    let mut serving = serve(&home, &["--port", "0"]);
    assert!(serving.address.starts_with("127.0.0.1:"));
    let reply = serving.request(&format!("GET /?token={} HTTP/1.1\r\n\r\n", serving.token));
    assert!(reply.starts_with("HTTP/1.1 303"), "{reply}");
    let cookie = reply
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let page = serving.request(&format!("GET / HTTP/1.1\r\ncookie: {cookie}\r\n\r\n"));
    assert!(page.contains("<title>Switchboard</title>"), "{page}");
    let call = format!(
        "POST /api/call/app.info HTTP/1.1\r\ncookie: {cookie}\r\norigin: http://{}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}",
        serving.address
    );
    let info = serving.request(&call);
    assert!(
        info.starts_with("HTTP/1.1 200") && info.contains("\"history_path\""),
        "{info}"
    );
    assert!(
        serving
            .request(&format!("GET /?token={} HTTP/1.1\r\n\r\n", serving.token))
            .starts_with("HTTP/1.1 403")
    );
    let mut lines = String::new();
    while !lines.contains("Opened.") {
        assert!(serving.out.read_line(&mut lines).unwrap() > 0, "{lines}");
    }
    assert!(
        !lines.contains(&serving.token),
        "a fresh address is printed"
    );
    let ran = serving.end();
    assert_eq!(ran.code, 130, "{}", ran.err);
}

#[test]
fn a_taken_port_is_told_when_it_was_asked_for() {
    let home = Home::new();
    let serving = serve(&home, &["--port", "0"]);
    let port = serving.address.split(':').nth(1).unwrap().to_owned();
    let other = Home::new();
    other.write("ui/index.html", "x");
    let mut command = other.command(&["serve", "--dashboard", "--port", &port]);
    let ran = ran(command
        .env("SWITCHBOARD_UI_DIR", other.path().join("ui"))
        .output()
        .unwrap());
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(
        ran.err.contains("cannot listen") && ran.err.contains("--port"),
        "{}",
        ran.err
    );
    serving.end();
}

#[test]
fn a_missing_user_interface_is_told_with_the_folder() {
    let home = Home::new();
    let mut command = home.command(&["serve", "--dashboard"]);
    let ran = ran(command
        .env("SWITCHBOARD_UI_DIR", home.path().join("nothing"))
        .output()
        .unwrap());
    assert_eq!(ran.code, 2);
    assert!(
        ran.err
            .contains("SWITCHBOARD_UI_DIR: there is no index.html in"),
        "{}",
        ran.err
    );
}

#[test]
fn the_gateway_answers_at_the_printed_address_until_it_is_interrupted() {
    let home = Home::new();
    let gateway = Gateway::start(&home);
    let reply = gateway.chat(
        r#"{"model":"sandbox/steady?ttft=1&tps=max&say=Blue","messages":[{"role":"user","content":"hello"}]}"#,
    );
    assert!(
        reply.starts_with("HTTP/1.1 200") && reply.contains("\"content\":\"Blue\""),
        "{reply}"
    );
    let ran = gateway.end();
    assert_eq!(ran.code, 130, "{}", ran.err);
}

#[test]
fn the_gateway_listens_on_this_machine_only() {
    let home = Home::new();
    let mut command = home.command(&["serve", "--address", "0.0.0.0:0"]);
    let ran = ran(command.output().unwrap());
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("no loopback address"), "{}", ran.err);
}
