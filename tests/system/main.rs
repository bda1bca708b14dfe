//! Tests of the whole: the dependency rule, the command line, crashes. They run the program as its users do.

mod architecture;
mod commands;
mod crash;
mod server;
