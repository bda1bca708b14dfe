//! The tables as diesel sees them; what each is for stands in the migration.

use diesel::{allow_tables_to_appear_in_same_query, table};

table! {
    memories (seq) {
        seq -> BigInt,
        changed_seq -> BigInt,
        tenant -> Text,
        id -> Binary,
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
    versions (place) {
        place -> BigInt,
        tenant -> Text,
        id -> Binary,
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
    links (tenant, to_id, from_id, relation) {
        tenant -> Text,
        to_id -> Binary,
        from_id -> Binary,
        relation -> Text,
    }
}

table! {
    tombstones (tenant, id) {
        tenant -> Text,
        id -> Binary,
        erased_at -> BigInt,
        seq -> BigInt,
    }
}

table! {
    unmerged (seq) {
        seq -> BigInt,
    }
}

table! {
    merged (seq) {
        seq -> BigInt,
        version -> BigInt,
    }
}

table! {
    audit_log (id) {
        id -> BigInt,
        tenant_id -> Text,
        number -> BigInt,
        event_type -> Text,
        event_data -> Text,
        created_at -> BigInt,
        user_id -> Text,
        resource -> Text,
        outcome -> Text,
        request_id -> Text,
        seal -> Binary,
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
    published (tenant_id) {
        tenant_id -> Text,
        number -> BigInt,
    }
}

table! {
    outbox_events (id) {
        id -> BigInt,
        event_type -> Text,
        tenant_id -> Text,
        memory_id -> Nullable<Binary>,
        payload -> Text,
        created_at -> BigInt,
        processed_at -> Nullable<BigInt>,
        status -> Text,
    }
}

table! {
    idempotency (tenant, key) {
        tenant -> Text,
        key -> Text,
        fingerprint -> Binary,
        answer -> Text,
        expires_at -> BigInt,
    }
}

table! {
    density (tenant, namespace) {
        tenant -> Text,
        namespace -> Text,
        dimensions -> BigInt,
        observations -> BigInt,
        version -> BigInt,
        packed -> Binary,
        checksum -> Binary,
    }
}

table! {
    density_snapshots (tenant, namespace, taken_at) {
        tenant -> Text,
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
    lessons (tenant, version) {
        tenant -> Text,
        version -> BigInt,
        recall -> Binary,
        reverses -> Nullable<BigInt>,
        step -> Text,
        total -> Text,
        taught_at -> BigInt,
        subject -> Text,
    }
}

table! {
    settings (name) {
        name -> Text,
        value -> Text,
    }
}

allow_tables_to_appear_in_same_query!(memories, merged, unmerged);
