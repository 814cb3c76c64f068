// Writes packages/scan/src/forms_layout.ts, what `anchorLayout` gives of all forms, from what is built: run it after
// anchors have changed, and build again. A test says where it is stale.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { anchorLayout } from '../packages/scan/dist/src/anchor_layout.js'
import { KEY_SOURCES } from '../packages/scan/dist/src/public_keys/harvest.js'
import { ANCHORS } from '../packages/scan/dist/src/scanner_task.js'
import { allAnchors } from '../packages/scan/dist/src/all_anchors.js'

const layout = anchorLayout(allAnchors(ANCHORS, KEY_SOURCES))
const lines = layout.match(/.{1,90}/g) ?? []
const file = join(import.meta.dirname, '../packages/scan/src/forms_layout.ts')
writeFileSync(
  file,
  `// Generated from all forms and public keys by tools/lay-out-forms.mjs; do not edit.
export const FORMS_LAYOUT: string = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('')
`,
)
