/**
 * Columns of `issuance` and `access` that come from the records themselves.
 *
 * @module
 */

/** Milliseconds, UTC. */
export const TIME = "DateTime64(3, 'UTC')"

/**
 * `record_id` is the record's own id as 16 bytes (hashed when it is no GUID), `record_ref` its text
 * when it is no GUID. `content` tells two records with one id apart.
 */
export const RECORD: readonly string[] = [
  'evidence_id UInt32',
  'line UInt64',
  'record_id UUID',
  'record_ref String',
  'token_id UUID',
]

export const ISSUANCE: readonly string[] = [
  `at ${TIME}`,
  'source LowCardinality(String)',
  'category LowCardinality(String)',
  'outcome LowCardinality(String)',
  'session_id String',
  'principal String',
  'principal_id String',
  'tenant LowCardinality(String)',
  // Whose log it stands in: coverage is of owners.
  'owner LowCardinality(String) DEFAULT tenant',
  'home_tenant LowCardinality(String)',
  'app_id LowCardinality(String)',
  'resource_id LowCardinality(String)',
  'ip String',
  'network LowCardinality(String)',
  'device_id String',
  'client LowCardinality(String)',
  'protocol LowCardinality(String)',
  'issuer LowCardinality(String)',
  'grouped UInt32',
  'detail String',
]

export const ACCESS: readonly string[] = [
  `at ${TIME}`,
  'source LowCardinality(String)',
  'operation LowCardinality(String)',
  'service LowCardinality(String)',
  'record_type UInt16',
  'outcome LowCardinality(String)',
  'token_state LowCardinality(String)',
  'session_id String',
  'other_session_id String',
  `issued_at ${TIME}`,
  'principal String',
  'principal_id String',
  'actor_kind LowCardinality(String)',
  'logon_type Int8',
  'mailbox String',
  'mailbox_id String',
  'tenant LowCardinality(String)',
  'token_tenant LowCardinality(String)',
  'external_tenant LowCardinality(String)',
  'app_id LowCardinality(String)',
  'client_app_id LowCardinality(String)',
  'ip String',
  'device_id String',
  'client LowCardinality(String)',
  'issuer LowCardinality(String)',
  'access_type LowCardinality(String)',
  'throttled Int8',
  // One element a message: the four arrays have one length.
  'item_message_id Array(String)',
  'item_id Array(String)',
  'item_folder Array(String)',
  'item_bytes Array(UInt64)',
  'item_subject Array(String)',
  'synced_folder_id Array(String)',
  'synced_folder_path Array(String)',
  'object_path String',
  'object_name String',
  'object_hash String',
  'bytes UInt64',
  'detail String',
]
