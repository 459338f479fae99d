import { timingSafeEqual } from "node:crypto";
import ssh2, { type AuthContext, type AuthenticationType, type PublicKeyAuthContext } from "ssh2";

/** An account of the server; it may log in with anything given here. */
export interface SftpUser {
  readonly password?: string;
  /** A line of authorized_keys. */
  readonly publicKey?: string;
  /** Questions of a keyboard-interactive login and their right answers. */
  readonly questions?: Readonly<Record<string, string>>;
}

/** Answers one attempt to log in. */
export function authenticate(context: AuthContext, users: Readonly<Record<string, SftpUser>>): void {
  const user = users[context.username];
  const reject = (): void => context.reject(methodsOf(users));
  if (user === undefined) return reject();
  switch (context.method) {
    case "password":
      return user.password !== undefined && same(context.password, user.password) ? context.accept() : reject();
    case "publickey":
      return keyFits(context, user.publicKey) ? context.accept() : reject();
    case "keyboard-interactive": {
      const questions = Object.entries(user.questions ?? {});
      if (questions.length === 0) return reject();
      return context.prompt(
        questions.map(([prompt]) => ({ prompt, echo: false })),
        (answers) =>
          questions.every(([, right], index) => same(answers[index] ?? "", right)) ? context.accept() : reject(),
      );
    }
    default:
      return reject();
  }
}

/** What the server offers: every method that some account can use. */
function methodsOf(users: Readonly<Record<string, SftpUser>>): AuthenticationType[] {
  const all = Object.values(users);
  return [
    ...(all.some((user) => user.publicKey !== undefined) ? (["publickey"] as const) : []),
    ...(all.some((user) => user.password !== undefined) ? (["password"] as const) : []),
    ...(all.some((user) => user.questions !== undefined) ? (["keyboard-interactive"] as const) : []),
  ];
}

function keyFits(context: PublicKeyAuthContext, line: string | undefined): boolean {
  const allowed = line === undefined ? undefined : ssh2.utils.parseKey(line);
  if (allowed === undefined || allowed instanceof Error) return false;
  if (!same(context.key.data, allowed.getPublicSSH())) return false;
  const { signature, blob, hashAlgo } = context;
  if (signature === undefined || blob === undefined) return true;
  // An Error comes back for a malformed signature, whatever the types say.
  const verified: unknown = allowed.verify(blob, signature, hashAlgo);
  return verified === true;
}

function same(given: string | Buffer, right: string | Buffer): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
