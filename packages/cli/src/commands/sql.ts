import { DONE } from '../exit_codes.ts'
import { flag, withCase } from '../options.ts'
import type { Handler } from '../program.ts'
import { writeRows } from '../render/rows.ts'

export const sql: Handler = (args, options, io) =>
  withCase(options, 'read', async ({ session }) => {
    await writeRows(io, session.ask(args[0] ?? ''), flag(options, 'csv') ? 'csv' : 'jsonl')
    return DONE
  })
