/**
 * One ClickHouse node in this process: libchdb carries ClickHouse's own servers. Run as a script
 * with the engine's arguments; it serves until it is killed. Called through ffi-rs because the
 * engine must run on the caller's own stack.
 */
import { createRequire } from 'node:module'
import { DataType, load, open } from 'ffi-rs'

/** Keeps the engine busy for days without work, which is what keeps its servers up. */
const SERVE = `SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP;
  SELECT sleepEachRow(3) FROM numbers(1000000)
  SETTINGS function_sleep_max_microseconds_per_block = 0, max_block_size = 1 FORMAT Null`

const path = createRequire(import.meta.url).resolve('@chdb/lib-linux-x64-gnu/libchdb.so')
const argv = ['clickhouse', ...process.argv.slice(2), '--query', SERVE]
open({ library: 'chdb', path })
load({
  library: 'chdb',
  funcName: 'chdb_query_cmdline',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [argv.length, argv],
})
