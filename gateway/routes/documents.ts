/** `/openapi.json`, and `/docs` to read it and try it out, served from here: nothing is fetched from elsewhere. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { COMPONENTS } from '../answer/schemas.ts';

/** Before the routes that it describes. */
export async function addDocuments(
  app: FastifyInstance,
  { asksForCredentials }: { asksForCredentials: boolean },
): Promise<void> {
  for (const schema of COMPONENTS) app.addSchema(schema);
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: {
        title: 'DeepXRay',
        version: '1',
        description:
          'Ratingen erosion scores, joint by joint, for radiographs of the left hand. For research use only.',
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [{ name: 'scoring' }, { name: 'health' }],
      ...(asksForCredentials ? { security: [{ bearer: [] }] } : {}),
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description:
              'An access token (JWT) with the scope, or an API key, where the gateway asks for one.',
          },
        },
      },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `def-${i}`) },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { deepLinking: true, tryItOutEnabled: true, displayRequestDuration: true, validatorUrl: null },
  });
  const hidden = { schema: { hide: true } };
  app.get('/openapi.json', hidden, () => app.swagger());
  app.get('/', hidden, (_request, reply) => reply.redirect('/docs'));
}
