/**
 * Finds keys in files and pipes: what the command `scan` uses of this package. It loads neither what erases keys nor the
 * gate.
 *
 * @module
 */
export type { ScanReport } from './report/report.ts'
export type { ScanOptions } from './scan_bytes.ts'
export { scanFile } from './scan_file.ts'
export { scanPipe } from './scan_pipe.ts'
