//! The tables as diesel sees them; what each is for stands in the migration.

use diesel::sql_types::{Integer, Text, Uuid};
use diesel::{allow_tables_to_appear_in_same_query, define_sql_function, table};

define_sql_function! {
    /// So many places in the ledger, rising.
    fn ledger_places(wanted: Integer) -> Array<BigInt>;
}
define_sql_function! {
    /// The next number of a sequence.
    fn nextval(sequence: Text) -> BigInt;
}
define_sql_function! {
    /// How many rows `memories` has, as the statistics know; -1: they do not.
    fn memories_estimated() -> BigInt;
}

define_sql_function! {
    /// The name under which entries wait for a memory service.
    fn memory_service_receiver(service: Uuid) -> Nullable<Text>;
}

define_sql_function! {
    /// Whether everything that a memory service lacks waits for it.
    fn memory_service_is_whole(service: Uuid) -> Bool;
}

table! {
    memories (tenant_id, id) {
        seq -> BigInt,
        changed_seq -> BigInt,
        tenant_id -> Text,
        id -> Uuid,
        namespace -> Text,
        content -> Text,
        kind -> Text,
        importance -> Double,
        user_id -> Nullable<Text>,
        agent_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        speaker -> Nullable<Text>,
        source -> Text,
        tags -> Text,
        metadata -> Text,
        occurred_at -> Nullable<BigInt>,
        created_at -> BigInt,
        valid_at -> BigInt,
        invalid_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        supersedes -> Text,
        links -> Text,
        procedure -> Nullable<Text>,
        encoder -> Nullable<Text>,
        encoding -> Nullable<Binary>,
        novelty -> Double,
        salience -> Double,
        version -> BigInt,
        since_at -> BigInt,
        subject -> Text,
        same -> Binary,
        checksum -> Binary,
    }
}

table! {
    versions (tenant_id, id, version) {
        tenant_id -> Text,
        id -> Uuid,
        version -> BigInt,
        importance -> Double,
        tags -> Text,
        metadata -> Text,
        links -> Text,
        valid_at -> BigInt,
        invalid_at -> Nullable<BigInt>,
        since_at -> BigInt,
        subject -> Text,
        checksum -> Binary,
    }
}

table! {
    links (tenant_id, to_id, from_id, relation) {
        tenant_id -> Text,
        to_id -> Uuid,
        from_id -> Uuid,
        relation -> Text,
    }
}

table! {
    tombstones (tenant_id, id) {
        tenant_id -> Text,
        id -> Uuid,
        seq -> BigInt,
        erased_at -> BigInt,
    }
}

table! {
    idempotency (tenant_id, key) {
        tenant_id -> Text,
        key -> Text,
        fingerprint -> Binary,
        answer -> Text,
        expires_at -> BigInt,
    }
}

table! {
    audit_log (id) {
        id -> BigInt,
        tenant_id -> Text,
        event_type -> Text,
        event_data -> Jsonb,
        created_at -> Timestamptz,
        user_id -> Text,
        resource -> Text,
        outcome -> Text,
        request_id -> Text,
        traceparent -> Nullable<Text>,
        detail -> Text,
        number -> Nullable<BigInt>,
        seal -> Nullable<Binary>,
    }
}

table! {
    audit_heads (tenant_id) {
        tenant_id -> Text,
        number -> BigInt,
        seal -> Binary,
    }
}

table! {
    audit_beginnings (tenant_id) {
        tenant_id -> Text,
        number -> BigInt,
        seal -> Binary,
        voucher -> Binary,
    }
}

table! {
    outbox_events (id) {
        id -> BigInt,
        event_type -> Text,
        tenant_id -> Text,
        receiver -> Text,
        namespace -> Nullable<Text>,
        memory_id -> Nullable<Uuid>,
        seq -> Nullable<BigInt>,
        audit_id -> Nullable<BigInt>,
        payload -> Jsonb,
        created_at -> Timestamptz,
        processed_at -> Nullable<Timestamptz>,
        status -> Text,
    }
}

table! {
    memory_services (id) {
        id -> Uuid,
        receiver -> Text,
        heard_at -> Timestamptz,
        whole -> Bool,
        filled_tenant -> Text,
        filled_id -> Uuid,
        filled_seq -> BigInt,
        filling_until -> Timestamptz,
    }
}

table! {
    outbox_leases (tenant_id, receiver) {
        tenant_id -> Text,
        receiver -> Text,
        holder -> Uuid,
        until -> Timestamptz,
    }
}

table! {
    observations (seq) {
        seq -> BigInt,
        tenant_id -> Text,
        namespace -> Text,
        version -> Nullable<BigInt>,
        position -> Nullable<Integer>,
    }
}

table! {
    density (tenant_id, namespace) {
        tenant_id -> Text,
        namespace -> Text,
        dimensions -> BigInt,
        observations -> BigInt,
        version -> BigInt,
        packed -> Binary,
        checksum -> Binary,
    }
}

table! {
    density_snapshots (tenant_id, namespace, taken_at) {
        tenant_id -> Text,
        namespace -> Text,
        taken_at -> BigInt,
        dimensions -> BigInt,
        observations -> BigInt,
        version -> BigInt,
        packed -> Binary,
        checksum -> Binary,
    }
}

table! {
    settings (name) {
        name -> Text,
        value -> Text,
    }
}

table! {
    lessons (tenant_id, version) {
        tenant_id -> Text,
        version -> BigInt,
        recall_id -> Uuid,
        reverses -> Nullable<BigInt>,
        step -> Text,
        total -> Text,
        taught_at -> BigInt,
        subject -> Text,
    }
}

allow_tables_to_appear_in_same_query!(
    audit_beginnings,
    audit_heads,
    audit_log,
    density,
    density_snapshots,
    idempotency,
    links,
    memories,
    memory_services,
    observations,
    outbox_events,
    outbox_leases,
    settings,
    tombstones,
    versions
);
