/** `npm run laboratory`: writes the table of docs/trust-laboratory.md. With words, it prints the rows of those names. */
import { LEAST_OF_TESTS, underCurrentNode } from './current_node.mjs'

await underCurrentNode({ least: LEAST_OF_TESTS })
await import('../tests/laboratory/src/write_page.ts')
