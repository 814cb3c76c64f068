export type { ExitCode } from './exit_codes.ts'
export type { Io } from './io.ts'
export { commandNames, runProgram } from './program.ts'
