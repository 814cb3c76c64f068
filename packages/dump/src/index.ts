export type { ByteSource, Container, Dump, Flaw, Owner, Range, Segment } from './segment.ts'
