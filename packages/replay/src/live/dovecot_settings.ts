/** Settings of Dovecot: its folders, how it verifies tokens, and what it logs. */
import { spawnSync } from 'node:child_process'
import { userInfo } from 'node:os'

export const NOBODY = 65_534
export const isRoot = (): boolean => process.getuid?.() === 0

export interface DovecotPaths {
  /** Short, since it has sockets. */
  readonly work: string
  readonly mail: string
  readonly log: string
  readonly events: string
}

/** As docs/guard-integrations.md and docs/exporting.md; without the delay after a failed login. */
export const settings = (
  { work, mail, log, events }: DovecotPaths,
  port: number,
  url: string,
): string => `
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
base_dir = ${work}/run
state_dir = ${work}/state
log_path = ${log}
log_timestamp = "%Y-%m-%dT%H:%M:%S%z "
protocols = imap
ssl = no
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ${mail}/%{user}
${users(mail)}
${tokens(url)}
${records(events)}
service imap-login {
  chroot =
  restart_request_count = unlimited
  inet_listener imap {
    listen = 127.0.0.1
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
auth_failure_delay = 0
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`

const tokens = (url: string) => `
auth_mechanisms = oauthbearer xoauth2
oauth2 {
  introspection_mode = post
  introspection_url = ${url}
  username_attribute = username
  active_attribute = active
  active_value = true
  fields {
    jti = %{oauth2:jti}
    iat = %{oauth2:iat}
    sub = %{oauth2:sub}
    client_id = %{oauth2:client_id}
    userdb_event_jti = %{oauth2:jti}
    userdb_event_iat = %{oauth2:iat}
    userdb_event_sub = %{oauth2:sub}
    userdb_event_client_id = %{oauth2:client_id}
  }
}
`

const records = (events: string) => `
login_log_format_elements = user=<%{user}> jti=<%{passdb:jti}> iat=%{passdb:iat} sub=<%{passdb:sub}> client_id=<%{passdb:client_id}> method=%{mechanism} rip=%{remote_ip} lip=%{local_ip} mpid=%{mail_pid} %{secured} session=<%{session}>
mail_log_prefix = "%{service}(%{user})<%{process:pid}><%{session}><jti=%{userdb:event_jti}><iat=%{userdb:event_iat}>: "
event_exporter mail {
  driver = file
  format = json
  file_path = ${events}
}
metric mail_opened {
  exporter = mail
  filter = event=mail_opened
  fields = user session service mailbox uid reason_code jti iat sub client_id
}
`

/** Everything runs as one user: nobody where root starts it, else the one who does. */
function users(mail: string): string {
  const { uid, gid, username } = userInfo()
  const [mailUid, mailGid] = isRoot() ? [NOBODY, NOBODY] : [uid, gid]
  const inner = isRoot()
    ? ''
    : `default_internal_user = ${username}\ndefault_login_user = ${username}\ndefault_internal_group = ${ownGroup()}\n`
  return `${inner}mail_uid = ${mailUid}
mail_gid = ${mailGid}
first_valid_uid = 1
userdb static {
  fields {
    uid = ${mailUid}
    gid = ${mailGid}
    home = ${mail}/%{user}
  }
}`
}

/** Dovecot wants the name of the group, which Node does not know. */
const ownGroup = () => spawnSync('id', ['-gn'], { encoding: 'utf8' }).stdout.trim()
