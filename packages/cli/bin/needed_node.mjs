/** The Node that the command needs. In the project's folder it goes on under one; elsewhere it says which. */
import { existsSync, readFileSync } from 'node:fs'

/** Of the workspace, or of the installed package. */
const OWN = new URL('../../../package.json', import.meta.url)
const WORKSPACE = new URL('../../../tools/current_node.mjs', import.meta.url)

/** Returns where this Node is new enough; else the process ends here. */
export async function goOn() {
  const least = JSON.parse(readFileSync(OWN, 'utf8')).engines.node.replace('>=', '')
  const [[leastMajor, leastMinor], [major, minor]] = [least, process.versions.node].map((text) => text.split('.').map(Number))
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return
  if (existsSync(WORKSPACE)) {
    const { underCurrentNode } = await import(WORKSPACE.href)
    await underCurrentNode({ isSaid: false })
    return
  }
  console.error(`mintmark: it needs Node ${least} or newer; this is ${process.versions.node}`)
  process.exit(3)
}
