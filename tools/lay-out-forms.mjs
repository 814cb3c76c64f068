// Writes packages/scan/src/anchors/forms_layout.ts, what `anchorLayout` gives of all forms, from what is built: run it after
// anchors have changed, and build again. A test says where it is stale.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { anchorLayout } from '../packages/scan/dist/src/anchors/anchor_layout.js'
import { KEY_SOURCES } from '../packages/scan/dist/src/public_keys/harvest.js'
import { ANCHORS } from '../packages/scan/dist/src/engine/scanner_task.js'
import { allAnchors } from '../packages/scan/dist/src/anchors/all_anchors.js'

const layout = anchorLayout(allAnchors(ANCHORS, KEY_SOURCES))
const lines = layout.match(/.{1,90}/g) ?? []
const file = join(import.meta.dirname, '../packages/scan/src/anchors/forms_layout.ts')
writeFileSync(
  file,
  `// Generated from all forms and public keys by tools/lay-out-forms.mjs; do not edit.
export const FORMS_LAYOUT: string = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('')
`,
)
