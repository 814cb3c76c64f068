export type { ExitCode, Io } from './io.ts'
export { runProgram } from './program.ts'
