/** The tables. All of a token is in one shard (`bucket`); small tables are joined with GLOBAL. */

import { columnsOf, NO_ID, nameOf } from './sql.ts'

/** Changing any table means a new version; a case of another version is rebuilt from its evidence. */
export const SCHEMA_VERSION = 7

export interface TableSpec {
  readonly name: string
  readonly columns: readonly string[]
  readonly orderBy: string
  /** MergeTree family; `ReplacingMergeTree(rank)` keeps the record that was read first. */
  readonly engine: string
  readonly sharded: boolean
  /** Rows that are read to get at one; the engine's own 8192 where it does not matter. */
  readonly granuleRows?: number
}

const RECORD = columnsOf(`evidence_id UInt32; line UInt64;
  record_id UUID; -- the record's own id, hashed when it is no GUID
  record_ref String; -- its text when it is no GUID
  token_id UUID`)

const ISSUANCE = columnsOf(`at Time; source Low; category Low; outcome Low; session_id String;
  principal String; principal_id String; tenant Low;
  owner Low DEFAULT tenant; -- whose log has the record: coverage is of owners
  home_tenant Low; app_id Low; resource_id Low; ip String; network Low; device_id String; client Low;
  protocol Low; issuer Low; grouped UInt32; detail String`)

/** Columns of an access that come from its record. Items: one element a message, the five arrays have one length. */
export const ACCESS: readonly string[] = columnsOf(`at Time; source Low; operation Low; service Low;
  record_type UInt16; outcome Low; token_state Low; session_id String; other_session_id String;
  issued_at Time; principal String; principal_id String; actor_kind Low; logon_type Int8;
  mailbox String; mailbox_id String; tenant Low; token_tenant Low; external_tenant Low; app_id Low;
  client_app_id Low; ip String; device_id String; client Low; issuer Low; access_type Low; throttled Int8;
  item_message_id Array(String); item_id Array(String); item_folder Array(String);
  item_bytes Array(UInt64); item_subject Array(String);
  synced_folder_id Array(String); synced_folder_path Array(String);
  object_path String; object_name String; object_hash String; bytes UInt64; detail String`)

/** Accesses that nobody issued are scattered, and each is read with all that its record says. */
const GRANULE_ROWS = 1024

const BUCKET = `bucket UInt8 DEFAULT toUInt8(cityHash64(if(token_id = toUUID('${NO_ID}'), record_id, token_id)))`
/** Among identical records the first of the first file survives. */
const RANK =
  'rank UInt64 DEFAULT 18446744073709551615 - (toUInt64(evidence_id) * 4294967296 + line)'
/** Most of a hash: a search by it compares the session's name, too. */
const SESSION_KEY =
  "session_id_key UInt32 DEFAULT if(session_id = '', 0, toUInt32(cityHash64(session_id)))"
const contentOf = (columns: readonly string[]) =>
  `content UInt64 DEFAULT cityHash64(record_id, record_ref, token_id, ${columns.map(nameOf).join(', ')})`

const table = (
  name: string,
  orderBy: string,
  columns: string | readonly string[],
  options: Partial<Pick<TableSpec, 'engine' | 'sharded' | 'granuleRows'>> = {},
): TableSpec => ({
  name,
  columns: typeof columns === 'string' ? columnsOf(columns) : columns,
  orderBy,
  engine: 'MergeTree',
  sharded: false,
  ...options,
})

const OF_RECORDS = {
  engine: 'ReplacingMergeTree(rank)',
  sharded: true,
  granuleRows: GRANULE_ROWS,
}
const NEWEST = { engine: 'ReplacingMergeTree(at)' }

const RECORD_TABLES: readonly TableSpec[] = [
  table(
    'issuance',
    'bucket, token_id, record_id, content, owner',
    [
      ...RECORD,
      ...ISSUANCE,
      SESSION_KEY,
      BUCKET,
      // One record in two owners' logs is no contradiction, and each log must keep it.
      contentOf(ISSUANCE.filter((column) => nameOf(column) !== 'owner')),
      RANK,
    ],
    OF_RECORDS,
  ),
  table(
    'access',
    'bucket, token_id, record_id, content',
    [...RECORD, ...ACCESS, SESSION_KEY, BUCKET, contentOf(ACCESS), RANK],
    OF_RECORDS,
  ),
  table(
    'directory',
    'principal, principal_id',
    `evidence_id UInt32; line UInt64; principal String; principal_id String; tenant Low; organisation Low;
     groups Array(Low); display_name String`,
  ),
  table(
    'inventory',
    'mailbox, folder_id',
    `evidence_id UInt32; line UInt64; mailbox String; folder_id String; folder_path String; items UInt64`,
  ),
]

const FILE_TABLES: readonly TableSpec[] = [
  // One row a file: written last, in one block, so that a file is in the case whole or not at all.
  table(
    'evidence',
    'evidence_id',
    `evidence_id UInt32; path String; sha256 String; content_sha256 String; size_bytes UInt64; shape Low;
     same_as UInt32; -- the evidence whose content this file repeats under another name; 0: none
     issuances UInt64; accesses UInt64; directory_entries UInt64; inventory_entries UInt64;
     rejected_files UInt64; rejected_rows UInt64; rejected_payloads UInt64;
     first Nullable(Time); last Nullable(Time)`,
  ),
  table(
    'evidence_count',
    'evidence_id',
    `evidence_id UInt32;
     duplicates UInt64; -- its records that an earlier row has already
     conflicts UInt64 -- its records whose id another record of the same source has, with other content`,
  ),
  table(
    'reject',
    'evidence_id, line',
    'evidence_id UInt32; line UInt64; kind Low; reason Low; detail String',
  ),
  table(
    'statement',
    'evidence_id, line',
    `evidence_id UInt32; line UInt64; code Low; text String; from_at Nullable(Time); to_at Nullable(Time)`,
  ),
  // Files whose dates need an order of day and month: files of one shape with one header, or in one folder, share it.
  table(
    'date_order',
    'evidence_id',
    `evidence_id UInt32; shape Low;
     header String; -- hash of the header's names; '' without a header
     own Low; -- what its own dates prove: day-first, month-first, contradicted or unproven
     shared Low; -- the order from other files by which it was read, else unproven
     has_ambiguous UInt16 -- some date can be read in a known order only`,
  ),
  table(
    'dump_scan',
    'sha256',
    `sha256 String;
     given String; -- the public keys that were searched for: with others, a dump is searched again
     found String; -- JSON of a DumpScan: hashes of public keys, never a key
     at Time`,
    NEWEST,
  ),
]

const DERIVED_TABLES: readonly TableSpec[] = [
  // Accesses that are not issued: an access without a row here, in a reconciled case, is issued.
  table(
    'verdict',
    'bucket, token_id, record_id, content',
    `bucket UInt8; token_id UUID; record_id UUID; content UInt64; verdict Low; reason Low;
     strength Low -- established, lead, or '' where nobody is pointed at`,
    { sharded: true },
  ),
  // Of the accesses of one context that carry a token id, how many are issued: where some are unissued.
  table(
    'base_rate',
    'tenant, service, app, day',
    'tenant Low; service Low; app Low; day Date; accesses UInt64; issued UInt64',
  ),
  table(
    'session_verdict',
    'tenant, session_id, field',
    `tenant Low; session_id String;
     field Low; -- sid: the token's session; other: the record's own session field, where it has no other
     principals Array(String); accesses UInt64; first Time; last Time; verdict Low; reason Low; strength Low`,
  ),
  // Properties by which tokens of ordinary contexts are, as a whole, not explained: filled with verdict.
  table(
    'not_shown',
    'tenant, property, value',
    `tenant Low;
     property Low; -- app, family, client, service, source, who, or all of a tenant
     value String; explained UInt64; missing UInt64`,
  ),
  table(
    'clock_offset',
    'side, evidence_id',
    `side Low; tenant Low; log Low; evidence_id UInt32; ahead_ms Int64;
     tokens UInt64; of UInt64 -- tokens that show the difference, of those that have both times`,
  ),
  // Record ids with more than one content: all of them stay, and are reported.
  table(
    'conflict',
    'side, source, record_id',
    'side Low; source Low; record_id UUID; records UInt64',
  ),
  // Accesses that say less than another copy of their record: filled and emptied while a case is sealed.
  table(
    'poorer_copy',
    'bucket, token_id, record_id, content',
    'bucket UInt8; token_id UUID; record_id UUID; content UInt64',
    { sharded: true },
  ),
  // What each source could have shown: records, and records that carry a field, by hour.
  table(
    'coverage',
    'side, tenant, source, category, hour, quality',
    `side Low; source Low;
     category Low; -- of accesses the service
     tenant Low; hour DateTime('UTC');
     quality Low; -- whole; grouped and capped: from files that leave records out, so that absence proves nothing
     records UInt64;
     issued UInt64; issued_with_token UInt64; issued_with_session UInt64; -- of issuances
     with_token UInt64; with_session UInt64; with_principal UInt64; with_app UInt64; with_ip UInt64;
     with_issued_at UInt64; grouped UInt64;
     backup UInt64; -- issuances by a backup of the identity provider
     first Time; last Time`,
  ),
  // What a log lost, and of whom: filled anew whenever a case is sealed. As Loss of loss.ts.
  table(
    'loss',
    'side, tenant, source, category, from_at, to_at, code, evidence_id',
    `side Low; source Low; category Low; tenant Low; evidence_id UInt32; code Low; from_at Time; to_at Time;
     records UInt64`,
  ),
  // Accesses that carry a token id, by day: what a base rate is a share of. Filled with coverage.
  table(
    'access_day',
    'tenant, service, app, day',
    'tenant Low; service Low; app Low; day Date; accesses UInt64',
  ),
]

const HUNT_TABLES: readonly TableSpec[] = [
  // Hits of an established hunt join the default selection.
  table(
    'hunt_hit',
    'hunt, record_id, content',
    `hunt Low; class Low; strength Low; record_id UUID; content UInt64; bucket UInt8; token_id UUID; at Time;
     tenant Low; principal String; mailbox String; session_id String; ip String; app Low; why String`,
  ),
  table('address_block', 'prefix', 'prefix String; network Low'),
  table('service_network', 'first', 'first IPv6; last IPv6'),
  table('quiet_folder', 'key', 'kind Low; key String'),
  table(
    'place',
    'side, tenant, network, principal, app, prefix',
    `side Low; -- signed-in (a person was there), issued (without one), used
     tenant Low; principal String; app Low; prefix String; network Low; first Time; last Time; records UInt64;
     low_session UInt64; high_session UInt64 -- smallest and largest session key: equal where all are of one session`,
  ),
]

export const TABLES: readonly TableSpec[] = [
  ...RECORD_TABLES,
  ...FILE_TABLES,
  ...DERIVED_TABLES,
  ...HUNT_TABLES,
  // What people know of an access, a token, a session or an address, and their notes. Only added: the newest counts.
  table(
    'mark',
    'kind, value, at',
    `kind Low; -- access, token, session or address; of a note note-access, note-token, note-mailbox or note-view
     value String;
     party Low; -- attacker, legitimate (theirs, ours of earlier versions), of a note kept; '' takes the earlier back
     reason String; who String; at Time`,
  ),
  table('meta', 'name', 'name String; value String; at Time', NEWEST),
]

const columnsIn = (name: string): readonly string[] =>
  TABLES.find((one) => one.name === name)?.columns ?? []

export const columnNames = (name: string): string[] => columnsIn(name).map(nameOf)
export type Ingested = 'issuance' | 'access' | 'directory' | 'inventory' | 'reject'

export const INGESTED: Readonly<Record<Ingested, readonly string[]>> = {
  issuance: [...RECORD, ...ISSUANCE],
  access: [...RECORD, ...ACCESS],
  directory: columnsIn('directory'),
  inventory: columnsIn('inventory'),
  reject: columnsIn('reject'),
}
