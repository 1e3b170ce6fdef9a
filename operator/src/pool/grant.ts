/** The command that lets the operator read the Secrets of one pool and nothing else. */

export interface Grant {
  namespace: string;
  pool: string;
  /** All that the pool refers to, also those that are granted: the Role is written whole. */
  secrets: string[];
  /** How the API server calls the operator; undefined while that is not known. */
  operator: string | undefined;
}

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+:[^:]+)$/;
/** Written over whatever a former pool of this name was granted. */
const APPLY = '--dry-run=client -o yaml | kubectl apply -f -';

/** A Role and its binding, for a shell. The verbs are those that a watch of one Secret by its name needs. */
export function grantCommand({ namespace, pool, secrets, operator }: Grant): string {
  const role = roleName(pool);
  const names = secrets.map((name) => `--resource-name=${name}`).join(' ');
  return (
    `kubectl create role ${role} -n ${namespace} --verb=list,watch --resource=secrets ${names} ${APPLY} && ` +
    `kubectl create rolebinding ${role} -n ${namespace} --role=${role} ${subject(operator)} ${APPLY}`
  );
}

export const roleName = (pool: string): string => `${pool}-operator-secrets`;

function subject(operator: string | undefined): string {
  if (operator === undefined) return '--serviceaccount=OPERATOR_NAMESPACE:OPERATOR_SERVICE_ACCOUNT';
  const account = SERVICE_ACCOUNT.exec(operator)?.[1];
  // Outside a cluster the operator may be anybody, with any name.
  return account ? `--serviceaccount=${account}` : `--user='${operator.replaceAll("'", `'\\''`)}'`;
}
