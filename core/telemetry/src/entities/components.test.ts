import { describe, expect, it } from '@jest/globals';
import { COMPONENTS, componentId, componentName, componentPriority, serverOf } from './components.js';

describe('component library', () => {
  it('holds 265 components with distinct numbers and names', () => {
    expect(COMPONENTS).toHaveLength(265);
    expect(new Set(COMPONENTS.map((c) => c.id)).size).toBe(265);
    expect(new Set(COMPONENTS.map((c) => c.name)).size).toBe(265);
    expect(COMPONENTS.every((c) => Number.isInteger(c.id) && /^[\w.-]+$/.test(c.name))).toBe(true);
  });

  it('maps 69 client libraries to servers that are components, too', () => {
    const clients = COMPONENTS.filter((c) => serverOf(c.name) !== c.name);
    // Zookeeper is its own server, so it is the one of the 69 mappings that changes nothing.
    expect(clients).toHaveLength(68);
    expect(clients.filter((c) => componentId(serverOf(c.name)) === 0)).toEqual([]);
  });

  it.each([
    [30, 'Jedis', 50, 'Redis'],
    [33, 'mysql-connector-java', 50, 'Mysql'],
    [49, 'http', 45, 'http'],
    [110, 'tcp', 10, 'tcp'],
    [14, 'SpringMVC', 60, 'SpringMVC'],
    [3013, 'Npgsql.EntityFrameworkCore.PostgreSQL', 50, 'PostgreSQL'],
    [173, 'spring-ai-openai', 50, 'GenAI'],
    [179, 'spring-ldap', 50, 'LDAP'],
    [180, 'LDAP', 50, 'LDAP'],
    [4001, 'HttpServer', 50, 'HttpServer'],
    [6000, 'Nginx', 50, 'Nginx'],
    [13000, 'GenAI', 50, 'GenAI'],
  ])('knows %i as %s with priority %i and server %s', (id, name, priority, server) => {
    expect(componentName(id)).toBe(name);
    expect(componentId(name)).toBe(id);
    expect(componentPriority(id)).toBe(priority);
    expect(serverOf(name)).toBe(server);
  });

  it('answers Unknown, 0 and the name itself for what is not in the library', () => {
    expect(componentName(160_000)).toBe('Unknown');
    expect(componentPriority(160_000)).toBe(0);
    expect(componentId('NoSuchLibrary')).toBe(0);
    expect(serverOf('NoSuchLibrary')).toBe('NoSuchLibrary');
  });
});
