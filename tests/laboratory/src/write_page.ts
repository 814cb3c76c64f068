/** `npm run laboratory`: examines all verifiers and writes the table of docs/trust-laboratory.md. Words narrow it, and print. */
import { examine } from './examine.ts'
import { writeTable } from './page.ts'
import { SPECIMENS } from './specimens.ts'
import { tableOf } from './table.ts'

const words = process.argv.slice(2)
const chosen = SPECIMENS.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
)
const rows = []
for (const specimen of chosen) {
  // oxlint-disable-next-line no-await-in-loop -- side by side they would disturb each other's times
  const examined = await examine(specimen)
  if (examined === undefined) throw new Error(`not installed: ${specimen.name}`)
  console.error(specimen.name)
  rows.push(examined)
}
const table = tableOf(rows)
if (words.length === 0) writeTable(table)
else console.log(table)
