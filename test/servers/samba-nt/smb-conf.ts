/** What distinguishes one bed from another. */
export interface BedSettings {
  bed: string;
  address: string;
  port: number;
  /** The Unix account behind `Administrator`. */
  account: string;
  /** Whether an account with fewer rights exists. */
  limited: boolean;
  smb1Only: boolean;
}

/** smb.conf of a bed: every path private, one address, one port, no NetBIOS, no printing. */
export function bedConfig({ bed, address, port, account, limited, smb1Only }: BedSettings): string {
  return `[global]
  server role = standalone server
  netbios name = NTDSS
  workgroup = WORKGROUP
  disable netbios = yes
  smb ports = ${port}
  interfaces = ${address}/8
  bind interfaces only = yes
  state directory = ${bed}/state
  cache directory = ${bed}/cache
  lock directory = ${bed}/lock
  private dir = ${bed}/private
  pid directory = ${bed}/pid
  ncalrpc dir = ${bed}/ncalrpc
  log file = ${bed}/log/smbd.log
  logging = file
  log level = 0
  max log size = 0
  passdb backend = tdbsam:${bed}/private/passdb.tdb
  username map = ${bed}/usermap
  load printers = no
  printing = bsd
  printcap name = /dev/null
  disable spoolss = yes
  rpc start on demand helpers = no
${smb1Only ? "  server min protocol = NT1\n  server max protocol = NT1\n  ntlm auth = ntlmv1-permitted\n" : ""}
[C$]
  path = ${bed}/c
  read only = no
  valid users = ${account}
${limited ? `  admin users = ${account}\n` : ""}`;
}
