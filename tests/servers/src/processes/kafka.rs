//! Kafka 4 as one node, both broker and controller.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::ports;
use super::programs::{cache, find};
use super::server::{Recipe, Server, run};
use crate::authority::Certified;
use crate::ready;
use crate::setting::repository;

const SETTINGS: &str = include_str!("../../../../.ci/kafka/server.properties");
const CLUSTER: &str = "c29tYWJyYWluLXRlc3RzIQ";

impl Server {
    /// Starts a Kafka without topics, which does not create any by itself.
    ///
    /// # Errors
    /// Its jars or Java are not on this machine, or it did not start.
    pub fn kafka() -> io::Result<Self> {
        of(None)
    }

    /// The same, reached at its url by TLS and SASL, PLAIN or SCRAM, as this user.
    ///
    /// # Errors
    /// Its jars or Java are not on this machine, or it did not start.
    pub fn kafka_by_tls(certified: &Certified, user: &str, password: &str) -> io::Result<Self> {
        of(Some(Protected { certified, user, password }))
    }
}

/// By what clients come in.
struct Protected<'a> {
    certified: &'a Certified,
    user: &'a str,
    password: &'a str,
}

fn of(protected: Option<Protected<'_>>) -> io::Result<Server> {
    let jars = find("kafka", &[cache().join("kafka-4.3.1/libs")])?;
    let folder = tempfile::tempdir()?;
    let [plain, controller, by_tls] = ports()?;
    let mut settings = SETTINGS
        .replace("@PORT@", &plain.to_string())
        .replace("@CONTROLLER_PORT@", &controller.to_string())
        .replace("@FOLDER@", &folder.path().display().to_string());
    let (mut port, mut credentials) = (plain, Vec::new());
    if let Some(protected) = &protected {
        let listeners = format!("PLAINTEXT://127.0.0.1:{plain},SASL_SSL://127.0.0.1:{by_tls}");
        settings += &protected.settings(&listeners, &format!("CONTROLLER://127.0.0.1:{controller}"), folder.path())?;
        (port, credentials) = (by_tls, protected.credentials());
    }
    fs::write(folder.path().join("server.properties"), settings)?;
    format(&jars, folder.path(), &credentials)?;
    let recipe = Recipe {
        name: "kafka",
        url: format!("127.0.0.1:{port}"),
        command: Box::new(move |folder| {
            let mut command = java(&jars, folder, "kafka.Kafka");
            command.arg(folder.join("server.properties"));
            command
        }),
        ready: Box::new(|log| ready::has_said(log, "Kafka Server started")),
        stop: "TERM",
    };
    Server::of(recipe, folder)
}

impl Protected<'_> {
    /// Settings in the place of those before. The brokers speak plainly among themselves.
    fn settings(&self, listeners: &str, controller: &str, folder: &Path) -> io::Result<String> {
        let Self { certified, user, password } = self;
        let store = folder.join("store.pem");
        fs::write(&store, [fs::read(certified.key())?, fs::read(certified.chain())?].concat())?;
        let login = "org.apache.kafka.common.security";
        Ok(format!(
            "\nlisteners={listeners},{controller}\nadvertised.listeners={listeners}\n\
             listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT\n\
             ssl.keystore.type=PEM\nssl.keystore.location={}\n\
             sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512\n\
             listener.name.sasl_ssl.plain.sasl.jaas.config={login}.plain.PlainLoginModule required user_{user}=\"{password}\";\n\
             listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config={login}.scram.ScramLoginModule required;\n\
             listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config={login}.scram.ScramLoginModule required;\n",
            store.display()
        ))
    }

    /// What is told to the command that formats.
    fn credentials(&self) -> Vec<String> {
        let Self { user, password, .. } = self;
        let scram = |hash| format!("SCRAM-SHA-{hash}=[name={user},password={password}]");
        vec!["--add-scram".into(), scram(256), "--add-scram".into(), scram(512)]
    }
}

/// What is asked of a broker by its own tools, each a Java process of a second or two.
impl Server {
    /// Makes a topic.
    ///
    /// # Errors
    /// The broker refused, or it is no Kafka.
    pub fn create_topic(&self, name: &str, partitions: u32) -> io::Result<()> {
        let mut tool = tool("org.apache.kafka.tools.TopicCommand", self.url())?;
        run(tool.args([
            "--create",
            "--topic",
            name,
            "--partitions",
            &partitions.to_string(),
            "--replication-factor",
            "1",
        ]))
    }

    /// Every message of a topic so far that is a JSON object, each partition in its order.
    ///
    /// # Errors
    /// The topic could not be read, or it is no Kafka.
    pub fn messages(&self, topic: &str) -> io::Result<Vec<String>> {
        let mut tool = tool("org.apache.kafka.tools.consumer.ConsoleConsumer", self.url())?;
        let read = tool.args(["--topic", topic, "--from-beginning", "--timeout-ms", "5000"]).output()?;
        // The tool logs to the same place.
        let lines = String::from_utf8_lossy(&read.stdout);
        Ok(lines.lines().filter(|line| line.starts_with('{')).map(str::to_owned).collect())
    }
}

fn tool(class: &str, url: &str) -> io::Result<Command> {
    let jars = find("kafka", &[cache().join("kafka-4.3.1/libs")])?;
    let mut command = java(&jars, &std::env::temp_dir(), class);
    command.args(["--bootstrap-server", url]).stderr(Stdio::null());
    Ok(command)
}

/// A formatted data folder: a copy of the one that `.ci/servers` keeps beside the jars, or made anew, which takes seconds.
fn format(jars: &Path, folder: &Path, credentials: &[String]) -> io::Result<()> {
    let kept = jars.canonicalize()?.with_file_name("formatted");
    if kept.exists() && credentials.is_empty() {
        return run(Command::new("cp").arg("-r").arg(kept).arg(folder.join("data")));
    }
    let mut format = java(jars, folder, "kafka.tools.StorageTool");
    run(format.args(["format", "-t", CLUSTER, "-c"]).arg(folder.join("server.properties")).args(credentials))
}

fn java(jars: &Path, folder: &Path, class: &str) -> Command {
    let log = repository(".ci/kafka/log4j2.properties");
    let mut command = Command::new("java");
    command.args(["-Xms64m", "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]);
    command.arg(format!("-Dlog4j2.configurationFile={}", log.display()));
    command.arg("-cp").arg(jars.join("*")).arg(class).current_dir(folder);
    command
}
