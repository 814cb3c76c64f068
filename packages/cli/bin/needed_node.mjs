/** The Node that the command needs. In the project's folder it goes on under one; elsewhere it says which. */
import { existsSync } from 'node:fs'

const LEAST = [22, 18]
const WORKSPACE = new URL('../../../tools/current_node.mjs', import.meta.url)

/** Returns where this Node is new enough; else the process ends here. */
export async function goOn() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return
  if (existsSync(WORKSPACE)) {
    const { underCurrentNode } = await import(WORKSPACE.href)
    await underCurrentNode(false)
    return
  }
  console.error(`mintmark: it needs Node ${LEAST.join('.')} or newer; this is ${process.versions.node}`)
  process.exit(3)
}
