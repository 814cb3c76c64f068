export type { ExitCode } from './exit_codes.ts'
export type { Io } from './io.ts'
export { runProgram } from './program.ts'
