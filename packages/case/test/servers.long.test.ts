/** What the tests of a case in a folder ask, asked again of a case on one server, and on two shards. */
process.env['MINTMARK_TEST_BACKENDS'] = 'servers'

for (const file of [
  'answer/answer_cache',
  'dumps/dump_keys_backends',
  'engine/session',
  'hunts/hunts_backends',
  'ingest/ingest.fault.long',
  'ingest/ingest',
  'scope/concern',
  'scope/marks',
  'scope/scope_backends',
  'store/case',
  'verdicts/reconcile',
])
  await import(`./${file}.test.ts`)
