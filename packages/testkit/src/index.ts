export {
  BIN,
  type Ended,
  mintmark,
  printedAddress,
  ROOT,
  type Running,
  start,
  startNode,
} from './built_command.ts'
export type { BuiltDump, BuiltSegment, MemoryToDump } from './built_dump.ts'
export { type ElfCore, elfCore } from './elf_core_builder.ts'
export {
  claimsOf,
  type ForgerKey,
  forge,
  forgeText,
  malleated,
  respaced,
  respelled,
} from './forger.ts'
export {
  HOSTILE,
  HOSTILE_ADDRESSES,
  HOSTILE_MESSAGES,
  HOSTILE_PEOPLE,
  writeHostileLogs,
} from './hostile_logs.ts'
export { type HeapArray, type HeapDump, heapDump } from './hprof_builder.ts'
export { type Incident, replayedIncident } from './incident.ts'
export {
  limeImage,
  type PageRun,
  windowsBitmapDump,
  windowsFullDump,
  windowsRangeDump,
} from './kernel_dump_builder.ts'
export { type KeyPair, readAgain } from './key_pair.ts'
export { type Minidump, minidump } from './minidump_builder.ts'
export { type QemuStream, qemuStream } from './qemu_builder.ts'
export { type ClickHouse, clickHouseMissing, startClickHouse } from './servers/clickhouse_server.ts'
export { type NatsServer, natsMissing, startNats } from './servers/nats_server.ts'
export { accepts, freePort } from './servers/ports.ts'
export {
  type PostgresServer,
  postgresMissing,
  startPostgres,
} from './servers/postgres_server.ts'
export { type Fault, SimulatedDisk } from './simulated_disk.ts'
