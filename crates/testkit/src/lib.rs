//! Test support: generated V2 projects, and what stands in for the outside world.

pub mod chats;
pub mod customers;
pub mod database;
pub mod firestore;
pub mod fuzz;
pub mod generate;
pub mod http_proxy;
pub mod local_s3;
pub mod neon;
pub mod newer;
pub mod object_servers;
pub mod objects;
pub mod proxy;
mod serving;
pub mod simulation;
pub mod storage;
pub mod voice_agent;
pub mod webhook;
