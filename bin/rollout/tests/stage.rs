//! nginx in front of v1 and v2.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::scratch::Scratch;
use super::service::Service;

/// A database, two services, and a real nginx that is stopped with this value.
pub struct Stage {
    pub scratch: Scratch,
    pub v1: Service,
    pub v2: Service,
    pub front: SocketAddr,
    nginx: Option<Child>,
}

/// A port that nobody uses now.
fn port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
    listener.local_addr().expect("address").port()
}

impl Stage {
    /// `None`, with a word why, without a server or without nginx. `further` stands at the end of
    /// the schedule: its steps.
    pub fn set(gates: &str, further: &str) -> Option<Self> {
        let has_nginx = Command::new("nginx")
            .arg("-v")
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !has_nginx {
            println!("skipped: there is no nginx (Debian's package nginx has it)");
            return None;
        }
        let scratch = Scratch::new()?;
        let (v1, v2) =
            scratch.block_on(async { (Service::start("v1").await, Service::start("v2").await) });
        let (front, status) = (port(), port());
        let folder = scratch.folder.path().display().to_string();
        // Workers of root's nginx must enter a folder that only root may.
        let root = Command::new("id")
            .arg("-u")
            .output()
            .is_ok_and(|id| id.stdout == b"0\n");
        let user = if root { "user root;\n" } else { "" };
        scratch.write(
            "nginx.conf",
            &format!(
                "{user}daemon off;\nworker_processes 2;\npid {folder}/nginx.pid;\n\
                 error_log {folder}/error.log;\nevents {{ worker_connections 4096; }}\n\
                 http {{\n access_log off;\n client_body_temp_path {folder}/body;\n \
                 proxy_temp_path {folder}/proxy;\n fastcgi_temp_path {folder}/fastcgi;\n \
                 uwsgi_temp_path {folder}/uwsgi;\n scgi_temp_path {folder}/scgi;\n \
                 include {folder}/rollout.con[f];\n \
                 server {{ listen 127.0.0.1:{front} backlog=4096;\n \
                 location / {{ proxy_pass http://$rollout; proxy_next_upstream off; \
                 proxy_set_header Connection \"\"; }} }}\n}}\n"
            ),
        );
        let (one, two) = (v1.address, v2.address);
        scratch.write(
            "traffic.toml",
            &format!(
                "[nginx]\ninclude = \"rollout.conf\"\nv1 = [\"{one}\"]\nv2 = [\"{two}\"]\n\
                 status = \"127.0.0.1:{status}\"\n\
                 command = [\"nginx\", \"-c\", \"{folder}/nginx.conf\", \"-p\", \"{folder}\"]\n\
                 [gates]\nmin_requests = 100\n\
                 health = [\"http://{two}/api/health\", \"http://{two}/api/health/ready\"]\n{gates}\n\
                 [gates.prometheus]\nv2 = \"http://{two}/api/health/metrics\"\n{further}\n"
            ),
        );
        let mut stage = Self {
            scratch,
            v1,
            v2,
            front: SocketAddr::from(([127, 0, 0, 1], front)),
            nginx: None,
        };
        stage.begin(&format!("127.0.0.1:{status}"));
        Some(stage)
    }

    /// Starts nginx with everything on v1.
    fn begin(&mut self, status: &str) {
        let (one, two) = (self.v1.address, self.v2.address);
        self.scratch.write(
            "rollout.conf",
            &format!(
                "# rollout v2=0 generation=first\nupstream rollout_v1 {{ server {one}; }}\n\
                 upstream rollout_v2 {{ server {two}; }}\n\
                 split_clients \"$remote_addr\" $rollout {{ * rollout_v1; }}\n\
                 server {{ listen {status}; location / \
                 {{ return 200 \"rollout v2=0 generation=first\"; }} }}\n"
            ),
        );
        let folder = self.scratch.folder.path();
        let nginx = Command::new("nginx")
            .arg("-c")
            .arg(folder.join("nginx.conf"))
            .arg("-p")
            .arg(folder)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx");
        self.nginx = Some(nginx);
        let begun = Instant::now();
        while self
            .scratch
            .block_on(super::load::ask(self.front, 0))
            .is_err()
        {
            let log = std::fs::read_to_string(folder.join("error.log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_secs(20), "nginx: {log}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// A number of a variable, for long runs by hand.
    pub fn number(variable: &str, otherwise: u64) -> u64 {
        let text = std::env::var(variable).ok();
        text.and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(nginx) = self.nginx.as_mut() {
            let id = nginx.id().to_string();
            // The master ends its workers; killed outright it would leave them.
            drop(Command::new("kill").args(["-TERM", &id]).status());
            drop(nginx.wait());
        }
    }
}
