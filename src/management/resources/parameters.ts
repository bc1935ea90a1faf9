/** Parameters of vhosts, and global ones (RabbitMQ: HTTP API, `/api/parameters`, `/api/global-parameters`). */
import { GLOBAL_PARAMETERS, OWN_COMPONENT, type Parameter } from '../../broker/parameters/parameters.ts';
import { clearGlobalParameter, setGlobalParameter } from '../../broker/operations/parameters.ts';
import { requireKeys } from '../http/body.ts';
import { sees } from '../http/principal.ts';
import { badRequest, noObject } from '../http/problem.ts';
import { type Call, NO_CONTENT, put, type Resource } from '../http/resource.ts';
import { byKeys, byName } from '../lists/order.ts';

export const parameters: readonly Resource[] = [
  // Policies are listed at their own place, or if one asks for them.
  {
    path: '/parameters',
    GET: {
      role: 'policymaker',
      handle: (call) => parametersWhere(call, ({ component }) => component !== 'policy'),
    },
  },
  {
    path: '/parameters/:component',
    GET: {
      role: 'policymaker',
      handle: (call) => parametersWhere(call, ({ component }) => component === call.params.component),
    },
  },
  {
    path: '/parameters/:component/:vhost',
    GET: { role: 'policymaker', handle: (call) => parametersWhere(call, isIn(call)) },
  },
  {
    path: '/parameters/:component/:vhost/:parameter',
    GET: {
      role: 'policymaker',
      handle: (call) => {
        const isMeant = isIn(call);
        const found = parametersWhere(call, (of) => isMeant(of) && of.name === call.params.parameter);
        if (found.length === 0) throw noObject();
        return found[0];
      },
    },
    PUT: {
      role: 'policymaker',
      handle: ({ params: { component } }) => {
        if (component === 'policy') throw badRequest('policies may not be set using this method');
        // There is none that acts on parameters but operator policies and limits, which have endpoints of their own.
        throw badRequest(`Validation failed\n\ncomponent ${component} not found\n`);
      },
    },
    DELETE: {
      role: 'policymaker',
      handle: () => {
        throw noObject();
      },
    },
  },
  {
    path: '/global-parameters',
    GET: {
      role: 'policymaker',
      handle: ({ context: { node } }) =>
        Array.from(node.parameters.of(GLOBAL_PARAMETERS, ''), ([name, value]) => ({ name, value })).sort(byName),
    },
  },
  {
    path: '/global-parameters/:parameter',
    GET: {
      role: 'policymaker',
      handle: ({ context: { node }, params: { parameter: name } }) => {
        const value = node.parameters.get(GLOBAL_PARAMETERS, '', name);
        if (value === undefined) throw noObject();
        return { name, value };
      },
    },
    PUT: {
      role: 'administrator',
      handle: async ({ context: { node }, params: { parameter }, body }) => {
        requireKeys(body, ['value']);
        return put(await setGlobalParameter(node, parameter, body.value).untilStored());
      },
    },
    DELETE: {
      role: 'administrator',
      handle: async ({ context: { node }, params: { parameter } }) => {
        if (!(await clearGlobalParameter(node, parameter).untilStored())) throw noObject();
        return NO_CONTENT;
      },
    },
  },
];

function parametersWhere({ context: { node }, principal }: Call, isWanted: (of: Parameter) => boolean): Parameter[] {
  return [...node.parameters.all()]
    .filter(({ component, vhost }) => !component.startsWith(OWN_COMPONENT) && sees(principal, vhost))
    .filter(isWanted)
    .sort(byKeys(({ vhost, component, name }) => [vhost, component, name]));
}

function isIn({ params, vhost }: Call): (of: Parameter) => boolean {
  return (of) => of.component === params.component && of.vhost === vhost.name;
}
