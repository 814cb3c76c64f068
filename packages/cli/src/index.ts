export type { ExitCode } from './process/exit_codes.ts'
export type { Io } from './process/io.ts'
export { commandNames, runProgram } from './program/program.ts'
export { commit } from './program/version.ts'
