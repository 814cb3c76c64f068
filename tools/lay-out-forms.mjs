// Writes packages/scan/src/anchors/forms_layout.ts, what `anchorLayout` gives of all forms, from what is built: run it after
// anchors have changed, and build again. A test says where it is stale.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { anchorLayout } from '../packages/scan/src/anchors/anchor_layout.ts'
import { KEY_SOURCES } from '../packages/scan/src/public_keys/harvest.ts'
import { ANCHORS } from '../packages/scan/src/engine/scanner_task.ts'
import { allAnchors } from '../packages/scan/src/anchors/all_anchors.ts'

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
