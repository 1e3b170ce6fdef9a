/** `spec.engine`: where the tasks come from. */
import { z } from 'zod';
import { matching, name, oneWord, secretKey, url } from './fields.ts';

export const engineSchema = z
  .strictObject({
    urls: z
      .array(url)
      .min(1)
      .max(16)
      .describe(
        'Base URLs of the engine REST API, one per engine node or one for all, for example ' +
          'http://camunda-platform:8080/engine-rest. All must belong to the same engine cluster (one database).',
      ),
    nodes: z
      .enum(['Auto', 'Direct', 'Balanced'])
      .default('Auto')
      .describe(
        'How the URLs reach the engine nodes. A new task wakes only the polls on the node that made it, so workers ' +
          'hold one long poll on every node. Direct: each address behind the URLs is one node. Balanced: each stands ' +
          'for several nodes, and polls end within a second. Auto: Direct where the URLs have or resolve to several ' +
          'addresses (a headless Service), Balanced where there is one.',
      ),
    basicAuthSecretRef: z
      .strictObject({
        name: name.describe("Name of a Secret in the pool's namespace."),
        usernameKey: secretKey.default('username').describe('Key that holds the user name.'),
        passwordKey: secretKey.default('password').describe('Key that holds the password.'),
      })
      .optional()
      .describe('Credentials for HTTP basic authentication. Leave out for an engine without authentication.'),
    oauth2: z
      .strictObject({
        tokenURL: url.describe(
          'Where tokens come from, for example https://idp.example.com/realms/refunds/protocol/openid-connect/token.',
        ),
        secretRef: z
          .strictObject({
            name: name.describe("Name of a Secret in the pool's namespace."),
            clientIdKey: secretKey.default('CLIENT_ID').describe('Key that holds the client id.'),
            clientSecretKey: secretKey.default('CLIENT_SECRET').describe('Key that holds the client secret.'),
          })
          .describe('The client that workers and operator are.'),
        scope: matching(
          /^[!#-[\]-~]+( [!#-[\]-~]+)*$/,
          'must be scopes separated by single spaces, without quotation marks or backslashes',
          1024,
        )
          .optional()
          .describe(
            'Scopes to ask for, separated by spaces. Left out: those that the server gives by itself.',
          ),
        audience: oneWord(1024)
          .optional()
          .describe('Audience to ask for, where the server wants one. Left out: none is named.'),
        clientAuthentication: z
          .enum(['Basic', 'Body'])
          .default('Basic')
          .describe(
            'How the client shows its secret to the server. Basic: in the Authorization header. Body: in the request.',
          ),
      })
      .optional()
      .describe(
        'Bearer tokens by OAuth2 client credentials, renewed before they end and after a 401. Not together with ' +
          'basicAuthSecretRef.',
      ),
    caSecretRef: z
      .strictObject({
        name: name.describe("Name of a Secret in the pool's namespace."),
        key: secretKey.default('ca.crt').describe('Key that holds the PEM certificates.'),
      })
      .optional()
      .describe('Certificates to trust for the engine and for oauth2.tokenURL beside the usual ones.'),
    topic: oneWord(255)
      .default('analyze-fare-rules')
      .describe('External-task topic that the workers of this pool serve.'),
    processDefinitionKeys: z
      .array(z.string().min(1).max(255))
      .max(64)
      .optional()
      .describe('Serve only tasks of these process definitions. Leave out for all.'),
    tenantIds: z
      .array(z.string().min(1).max(64))
      .max(64)
      .optional()
      .describe('Serve only tasks of these tenants. Leave out for all.'),
  })
  .describe('The process engine that the tasks come from.');
