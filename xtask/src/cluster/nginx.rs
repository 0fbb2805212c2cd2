//! The balancer: nginx in front of the nodes.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::browser;
use crate::failure::{Failure, at};
use crate::process;
use crate::requirements::Requirement;
use crate::tools::on_path;

/// Finds nginx: named in `NGINX`, or where systems keep it.
pub(crate) fn find() -> Result<PathBuf, Failure> {
    if let Some(named) = browser::named("NGINX")? {
        return Ok(named);
    }
    // Debian keeps it where only root's `PATH` leads.
    on_path("nginx")
        .or_else(|| Some("/usr/sbin/nginx".into()).filter(|path: &PathBuf| path.is_file()))
        .ok_or_else(|| Requirement::Nginx.missing("nginx", "install it, or name it in NGINX"))
}

/// Writes the configuration into `folder`, and answers the command that runs it.
pub(super) fn command(
    nginx: &Path,
    folder: &Path,
    listen: SocketAddr,
    nodes: &[SocketAddr],
) -> Result<Command, Failure> {
    fs::create_dir_all(folder).map_err(at(folder))?;
    let file = folder.join("nginx.conf");
    fs::write(&file, configuration(listen, nodes)).map_err(at(&file))?;
    let mut command = process::command(nginx);
    command
        .arg("-p")
        .arg(folder)
        .arg("-c")
        .arg(&file)
        // Until the configuration is read, it would write to the system's log.
        .args(["-e", "stderr"]);
    Ok(command)
}

/// Each request goes to the next node, whoever it is of. All paths are under the folder that nginx
/// is started with.
fn configuration(listen: SocketAddr, nodes: &[SocketAddr]) -> String {
    let nodes: Vec<_> = nodes
        .iter()
        .map(|node| format!("        server {node} max_fails=1 fail_timeout=5s;"))
        .collect();
    let nodes = nodes.join("\n");
    format!(
        "\
daemon off;
pid nginx.pid;
error_log stderr warn;
worker_processes 1;
worker_rlimit_nofile 8192;

events {{
    # Two for each request under way: the browser's and the node's.
    worker_connections 4096;
}}

http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path answers;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;

    upstream nodes {{
        # Round robin, without stickiness: no node keeps what another needs.
        zone nodes 64k;
{nodes}
    }}

    server {{
        listen {listen};
        # Our cookies together stay under 12 kB, and they are one line.
        large_client_header_buffers 4 16k;

        location / {{
            proxy_pass http://nodes;
            # An answer may set all of them.
            proxy_buffer_size 16k;
            proxy_buffers 8 16k;
            proxy_busy_buffers_size 32k;
            # Answers are never written to the disk.
            proxy_max_temp_file_size 0;

            # A `Host` other than the origin's gets 421.
            proxy_set_header Host $http_host;
            # Replaced, not appended to: what a client writes there counts for nothing.
            proxy_set_header X-Forwarded-For $remote_addr;

            # No answer of a node takes longer than 15 s to begin.
            proxy_connect_timeout 2s;
            proxy_read_timeout 20s;
            # The next node is asked where none was reached, or where asking twice does no harm:
            # never for a POST that was sent, for `non_idempotent` is not there.
            proxy_next_upstream error timeout;
            proxy_next_upstream_timeout 30s;
        }}
    }}
}}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> String {
        let nodes = [3001, 3002].map(|port| ([127, 0, 0, 1], port).into());
        configuration(([127, 0, 0, 1], 3000).into(), &nodes)
    }

    fn value<'a>(configuration: &'a str, directive: &str) -> Vec<&'a str> {
        configuration
            .lines()
            .filter_map(|line| line.trim().strip_prefix(directive)?.strip_prefix(' '))
            .filter_map(|value| value.strip_suffix(';'))
            .collect()
    }

    #[test]
    fn every_node_is_asked_in_turn() {
        let text = written();
        assert_eq!(
            value(&text, "server"),
            [
                "127.0.0.1:3001 max_fails=1 fail_timeout=5s",
                "127.0.0.1:3002 max_fails=1 fail_timeout=5s"
            ]
        );
        for sticky in ["ip_hash", "hash", "sticky", "least_conn", "random"] {
            assert_eq!(value(&text, sticky), Vec::<&str>::new(), "{sticky}");
        }
    }

    #[test]
    fn it_listens_on_loopback_alone() {
        assert_eq!(value(&written(), "listen"), ["127.0.0.1:3000"]);
    }

    #[test]
    fn the_nodes_learn_which_host_was_asked_by_whom() {
        assert_eq!(
            value(&written(), "proxy_set_header"),
            ["Host $http_host", "X-Forwarded-For $remote_addr"]
        );
    }

    #[test]
    fn all_our_cookies_fit_into_a_request_and_into_an_answer() {
        let text = written();
        assert_eq!(value(&text, "large_client_header_buffers"), ["4 16k"]);
        assert_eq!(value(&text, "proxy_buffer_size"), ["16k"]);
    }

    #[test]
    fn nothing_is_sent_twice_that_must_not_be() {
        assert_eq!(value(&written(), "proxy_next_upstream"), ["error timeout"]);
    }

    #[test]
    fn nothing_is_written_outside_of_its_folder() {
        let text = written();
        let paths = [
            "pid",
            "client_body_temp_path",
            "proxy_temp_path",
            "fastcgi_temp_path",
        ];
        for directive in paths
            .into_iter()
            .chain(["uwsgi_temp_path", "scgi_temp_path"])
        {
            let path = value(&text, directive);
            assert!(path.len() == 1 && !path[0].starts_with('/'), "{directive}");
        }
        assert_eq!(value(&text, "error_log"), ["stderr warn"]);
    }

    #[test]
    fn the_book_says_the_same() {
        let book = include_str!("../../../docs/many-nodes.md");
        let text = written();
        let location = text.split("location").nth(1).unwrap();
        let lines = location.lines().map(str::trim);
        let lines = lines.filter(|line| line.starts_with("proxy_") && !line.contains("proxy_pass"));
        for line in lines.chain(["large_client_header_buffers 4 16k;"]) {
            assert!(book.lines().any(|one| one.trim() == line), "{line}");
        }
    }

    #[test]
    fn every_brace_is_closed() {
        let text = written();
        assert_eq!(text.matches('{').count(), text.matches('}').count());
    }
}
