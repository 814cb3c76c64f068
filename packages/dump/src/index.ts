export { bytesSource, type FileSource, fileSource } from './byte_sources.ts'
export { openDump } from './open_dump.ts'
export type { ByteSource, Container, Dump, Flaw, Owner, Range, Segment } from './segment.ts'
export { type DumpPiece, streamDump } from './stream_dump.ts'
