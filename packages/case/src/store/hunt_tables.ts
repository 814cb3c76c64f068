/**
 * Tables of the hunts: what they know of the world, and what they point at. Small; on the node that is asked.
 *
 * @module
 */
import { TIME } from './record_columns.ts'
import type { TableSpec } from './table_spec.ts'

export const HUNT_TABLES: readonly TableSpec[] = [
  {
    // What the hunts point at. Hits of an established hunt join the default selection.
    name: 'hunt_hit',
    columns: [
      'hunt LowCardinality(String)',
      // `forged`, `replayed`, `mis-granted` or `context`.
      'class LowCardinality(String)',
      // `established` or `lead`.
      'strength LowCardinality(String)',
      'record_id UUID',
      'content UInt64',
      'bucket UInt8',
      'token_id UUID',
      `at ${TIME}`,
      'tenant LowCardinality(String)',
      'principal String',
      'mailbox String',
      'session_id String',
      'ip String',
      'app LowCardinality(String)',
      'why String',
    ],
    orderBy: 'hunt, record_id, content',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // For hunts: public address blocks (/24, /48) and the network that each belongs to.
    name: 'address_block',
    columns: ['prefix String', 'network LowCardinality(String)'],
    orderBy: 'prefix',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // For hunts: addresses of Microsoft 365 itself, as ranges with both ends.
    name: 'service_network',
    columns: ['first IPv6', 'last IPv6'],
    orderBy: 'first',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // For hunts: default folders where nobody looks, in every display language, by the key that a name has.
    name: 'quiet_folder',
    columns: [
      // `archive`, `conversations`, `deleted` or `junk`.
      'kind LowCardinality(String)',
      'key String',
    ],
    orderBy: 'key',
    engine: 'MergeTree',
    sharded: false,
  },
  {
    // For hunts: from where each principal was issued tokens, and from where it used them.
    name: 'place',
    columns: [
      // `signed-in` (a person was there), `issued` (without one), `used`.
      'side LowCardinality(String)',
      'tenant LowCardinality(String)',
      'principal String',
      'app LowCardinality(String)',
      'prefix String',
      'network LowCardinality(String)',
      `first ${TIME}`,
      `last ${TIME}`,
      'records UInt64',
      // Smallest and largest session key: equal where all records are of one session.
      'low_session UInt64',
      'high_session UInt64',
    ],
    orderBy: 'side, tenant, network, principal, app, prefix',
    engine: 'MergeTree',
    sharded: false,
  },
]
