/** docs/trust-laboratory.md, whose table a command writes. */
import { readFileSync, writeFileSync } from 'node:fs'

const FILE = new URL('../../../docs/trust-laboratory.md', import.meta.url)
const TABLE = /(<!-- made by npm run laboratory -->\n\n)[\s\S]*?(\n\n<!-- end of what is made -->)/

export const tableOfPage = (): string =>
  (TABLE.exec(readFileSync(FILE, 'utf8'))?.[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .join('\n')

export function writeTable(table: string): void {
  const page = readFileSync(FILE, 'utf8')
  writeFileSync(
    FILE,
    page.replace(TABLE, (_whole, head: string, end: string) => head + table + end),
  )
}
