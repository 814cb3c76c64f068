/**
 * The tables of a case. One definition serves chDB, one server and a cluster.
 *
 * `access`, `issuance` and `verdict` are sharded and ordered by `bucket`, a hash of the token id, so
 * that a token's issuances, accesses and verdicts stand in the same shard and the same id range; every
 * other table is small and lives on the node that is asked. Small tables are joined with GLOBAL.
 *
 * @module
 */

import { HUNT_TABLES } from './hunt_tables.ts'
import { NO_ID } from './no_id.ts'
import { ACCESS, ISSUANCE, RECORD, TIME } from './record_columns.ts'
import type { TableSpec } from './table_spec.ts'

export type { TableSpec } from './table_spec.ts'

/** Changing any table means a new version; a case of another version is rebuilt from its evidence. */
export const SCHEMA_VERSION = 7

/** Accesses that nobody issued lie scattered, and each is read with all that its record says. */
const GRANULE_ROWS = 1024

const BUCKET = `bucket UInt8 DEFAULT toUInt8(cityHash64(if(token_id = toUUID('${NO_ID}'), record_id, token_id)))`
/** Among identical records the first of the first file survives. */
const RANK =
  'rank UInt64 DEFAULT 18446744073709551615 - (toUInt64(evidence_id) * 4294967296 + line)'
/** Most of a hash: whoever looks for a session by it compares the session's name, too. */
const SESSION_KEY =
  "session_id_key UInt32 DEFAULT if(session_id = '', 0, toUInt32(cityHash64(session_id)))"

const nameOf = (column: string) => column.slice(0, column.indexOf(' '))
const contentOf = (columns: readonly string[]) =>
  `content UInt64 DEFAULT cityHash64(record_id, record_ref, token_id, ${columns.map(nameOf).join(', ')})`

/** Columns that ingest writes, in order, for each sharded table; the others have defaults. */
export const ISSUANCE_COLUMNS: readonly string[] = [...RECORD, ...ISSUANCE].map(nameOf)
export const ACCESS_COLUMNS: readonly string[] = [...RECORD, ...ACCESS].map(nameOf)

export const TABLES: readonly TableSpec[] = [
  {
    name: 'issuance',
    columns: [
      ...RECORD,
      ...ISSUANCE,
      SESSION_KEY,
      BUCKET,
      // One record in two owners' logs is no contradiction, and each log must keep it.
      contentOf(ISSUANCE.filter((column) => nameOf(column) !== 'owner')),
      RANK,
    ],
    orderBy: 'bucket, token_id, record_id, content, owner',
    engine: 'ReplacingMergeTree(rank)',
    sharded: true,
    granuleRows: GRANULE_ROWS,
  },
  {
    name: 'access',
    columns: [...RECORD, ...ACCESS, SESSION_KEY, BUCKET, contentOf(ACCESS), RANK],
    orderBy: 'bucket, token_id, record_id, content',
    engine: 'ReplacingMergeTree(rank)',
    sharded: true,
    granuleRows: GRANULE_ROWS,
  },
  {
    // Accesses that are not `issued`: an access without a row here, in a reconciled case, is `issued`.
    name: 'verdict',
    columns: [
      'bucket UInt8',
      'token_id UUID',
      'record_id UUID',
      'content UInt64',
      'verdict LowCardinality(String)',
      'reason LowCardinality(String)',
      // `established`, `lead`, or '' where nobody is pointed at.
      'strength LowCardinality(String)',
    ],
    orderBy: 'bucket, token_id, record_id, content',
    engine: 'MergeTree',
    sharded: true,
  },
  {
    // Rates beside `unissued`: of the accesses of one tenant, service, app and day, how many are issued.
    name: 'base_rate',
    columns: [
      'tenant LowCardinality(String)',
      'service LowCardinality(String)',
      'app LowCardinality(String)',
      'day Date',
      // Those that could be looked up: they carry a token id.
      'accesses UInt64',
      'issued UInt64',
    ],
    orderBy: 'tenant, service, app, day',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // Sessions by which accesses without a usable token id were judged.
    name: 'session_verdict',
    columns: [
      'tenant LowCardinality(String)',
      'session_id String',
      // `sid`: the token's session. `other`: the record's own session field, where it has no other.
      'field LowCardinality(String)',
      'principals Array(String)',
      'accesses UInt64',
      `first ${TIME}`,
      `last ${TIME}`,
      'verdict LowCardinality(String)',
      'reason LowCardinality(String)',
      'strength LowCardinality(String)',
    ],
    orderBy: 'tenant, session_id, field',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // One row a file: written last, in one block, so that a file is in the case whole or not at all.
    name: 'evidence',
    columns: [
      'evidence_id UInt32',
      'path String',
      'sha256 String',
      'content_sha256 String',
      'size_bytes UInt64',
      'shape LowCardinality(String)',
      // The evidence whose content this file repeats under another name; 0 when it is its own.
      'same_as UInt32',
      'issuances UInt64',
      'accesses UInt64',
      'directory_entries UInt64',
      'inventory_entries UInt64',
      'rejected_files UInt64',
      'rejected_rows UInt64',
      'rejected_payloads UInt64',
      `first Nullable(${TIME})`,
      `last Nullable(${TIME})`,
    ],
    orderBy: 'evidence_id',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // What de-duplication found, a row a file: filled anew whenever a case is sealed.
    name: 'evidence_count',
    columns: [
      'evidence_id UInt32',
      // Its records that an earlier row has already.
      'duplicates UInt64',
      // Its records whose id another record of the same source has, with other content.
      'conflicts UInt64',
    ],
    orderBy: 'evidence_id',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // Properties by which tokens of ordinary contexts are, as a whole, not explained: filled with `verdict`.
    name: 'not_shown',
    columns: [
      'tenant LowCardinality(String)',
      // `app`, `family`, `client`, `service`, `source`, `who`, or `all` of a tenant.
      'property LowCardinality(String)',
      'value String',
      'explained UInt64',
      'missing UInt64',
    ],
    orderBy: 'tenant, property, value',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // Clocks that are off, and are corrected: see clocks.ts. A row an evidence.
    name: 'clock_offset',
    columns: [
      // `issuance` or `access`.
      'side LowCardinality(String)',
      'tenant LowCardinality(String)',
      'log LowCardinality(String)',
      'evidence_id UInt32',
      'ahead_ms Int64',
      // Tokens that show the difference, of those that have both times.
      'tokens UInt64',
      'of UInt64',
    ],
    orderBy: 'side, evidence_id',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // Record ids that stand for more than one content: all of them are kept, and told.
    name: 'conflict',
    columns: [
      // `issuance` or `access`.
      'side LowCardinality(String)',
      'source LowCardinality(String)',
      'record_id UUID',
      'records UInt64',
    ],
    orderBy: 'side, source, record_id',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // Accesses that say less than another copy of their record: filled and emptied while a case is sealed.
    name: 'poorer_copy',
    columns: ['bucket UInt8', 'token_id UUID', 'record_id UUID', 'content UInt64'],
    orderBy: 'bucket, token_id, record_id, content',
    engine: 'MergeTree',
    sharded: true,
  },
  {
    // What was found in each memory dump, by content; of several scans of one, the newest.
    name: 'dump_scan',
    columns: [
      'sha256 String',
      // The public keys that were searched for: with others, a dump is searched again.
      'given String',
      // JSON: `DumpScan` of dump_scans.ts. Hashes of public keys, never a key.
      'found String',
      `at ${TIME}`,
    ],
    orderBy: 'sha256',
    engine: 'ReplacingMergeTree(at)',
    sharded: false,
  },
  {
    name: 'reject',
    columns: [
      'evidence_id UInt32',
      'line UInt64',
      'kind LowCardinality(String)',
      'reason LowCardinality(String)',
      'detail String',
    ],
    orderBy: 'evidence_id, line',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    name: 'statement',
    columns: [
      'evidence_id UInt32',
      'line UInt64',
      'code LowCardinality(String)',
      'text String',
      `from_at Nullable(${TIME})`,
      `to_at Nullable(${TIME})`,
    ],
    orderBy: 'evidence_id, line',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // Files whose dates need an order of day and month: files of one shape with one header, or in one folder, share it.
    name: 'date_order',
    columns: [
      'evidence_id UInt32',
      'shape LowCardinality(String)',
      // Hash of the header's names; '' without a header.
      'header String',
      // What the file's own dates prove: `day-first`, `month-first`, `contradicted` or `unproven`.
      'own LowCardinality(String)',
      // The order from other files by which it was read, else `unproven`.
      'shared LowCardinality(String)',
      // Some date can be read in a known order only.
      'has_ambiguous UInt16',
    ],
    orderBy: 'evidence_id',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    name: 'directory',
    columns: [
      'evidence_id UInt32',
      'line UInt64',
      'principal String',
      'principal_id String',
      'tenant LowCardinality(String)',
      'organisation LowCardinality(String)',
      'groups Array(LowCardinality(String))',
      'display_name String',
    ],
    orderBy: 'principal, principal_id',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    name: 'inventory',
    columns: [
      'evidence_id UInt32',
      'line UInt64',
      'mailbox String',
      'folder_id String',
      'folder_path String',
      'items UInt64',
    ],
    orderBy: 'mailbox, folder_id',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // What each source could have shown: records, and records that carry a field, by hour.
    name: 'coverage',
    columns: [
      // `issuance` or `access`.
      'side LowCardinality(String)',
      'source LowCardinality(String)',
      // Issuance: the category. Access: the service.
      'category LowCardinality(String)',
      'tenant LowCardinality(String)',
      "hour DateTime('UTC')",
      // `whole`; `grouped` and `capped`: from files that leave records out, so that absence proves nothing.
      'quality LowCardinality(String)',
      'records UInt64',
      // Issuance: records of tokens that were made, and how many of these carry the ids.
      'issued UInt64',
      'issued_with_token UInt64',
      'issued_with_session UInt64',
      'with_token UInt64',
      'with_session UInt64',
      'with_principal UInt64',
      'with_app UInt64',
      'with_ip UInt64',
      'with_issued_at UInt64',
      'grouped UInt64',
      // Issuance: by a backup of the identity provider.
      'backup UInt64',
      `first ${TIME}`,
      `last ${TIME}`,
    ],
    orderBy: 'side, tenant, source, category, hour, quality',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // What a log lost, and of whom: filled anew whenever a case is sealed (`losses.ts`).
    name: 'loss',
    columns: [
      // `issuance` or `access`.
      'side LowCardinality(String)',
      // '' where the file does not show it; `category` is then '' as well.
      'source LowCardinality(String)',
      // Issuance: the category. Access: the service. '' for all of that side.
      'category LowCardinality(String)',
      // Issuance: the owner. Access: the tenant. '' where the file does not show it: it may be any.
      'tenant LowCardinality(String)',
      // 0 for a hole, which is in no file.
      'evidence_id UInt32',
      'code LowCardinality(String)',
      // Half-open; all of time where the evidence gives none.
      `from_at ${TIME}`,
      `to_at ${TIME}`,
      // How many are lost; 0 where nobody knows. Rows of one file, code and time share their records.
      'records UInt64',
    ],
    orderBy: 'side, tenant, source, category, from_at, to_at, code, evidence_id',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // Accesses that carry a token id, by day: what a base rate is a share of. Filled with `coverage`.
    name: 'access_day',
    columns: [
      'tenant LowCardinality(String)',
      'service LowCardinality(String)',
      'app LowCardinality(String)',
      'day Date',
      'accesses UInt64',
    ],
    orderBy: 'tenant, service, app, day',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // What people know of an access, a token, a session or an address, and their notes. Never changed: the newest counts.
    name: 'mark',
    columns: [
      // `access`, `token`, `session` or `address`; of a note `note-access`, `note-token`, `note-mailbox` or `note-view`.
      'kind LowCardinality(String)',
      'value String',
      // `theirs`, `ours`, of a note `kept`; '' takes the earlier back.
      'party LowCardinality(String)',
      'reason String',
      'who String',
      `at ${TIME}`,
    ],
    orderBy: 'kind, value, at',
    engine: 'MergeTree',
    sharded: false,
  },
  ...HUNT_TABLES,
  {
    // Facts about the case itself (schema version, what was sealed, what was reconciled): newest wins.
    name: 'meta',
    columns: ['name String', 'value String', `at ${TIME}`],
    orderBy: 'name',
    engine: 'ReplacingMergeTree(at)',
    sharded: false,
  },
]
