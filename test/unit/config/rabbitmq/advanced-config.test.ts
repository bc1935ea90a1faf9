import { describe, expect, it } from 'vitest';
import { readAdvancedConfig, readErlangArguments } from '../../../../src/config/rabbitmq/advanced-config.ts';

function read(text: string): Record<string, string> {
  const { entries, problems } = readAdvancedConfig('advanced.config', text);
  expect(problems).toEqual([]);
  return Object.fromEntries(entries.map(({ path, value }) => [path.join('.'), value]));
}

function problem(text: string): string {
  return readAdvancedConfig('advanced.config', text).problems[0].text;
}

describe('advanced.config and the classic rabbitmq.config', () => {
  it('come to the settings of rabbitmq.conf that mean the same', () => {
    const text = `
      %% the classic form
      [
        {rabbit, [
          {tcp_listeners, [5672, {"127.0.0.1", 5673}]},
          {loopback_users, [<<"guest">>, "ann"]},
          {default_user, <<"a\\"b">>}, {default_permissions, [<<".*">>, <<"^x">>, <<>>]},
          {default_user_tags, [administrator]},
          {vm_memory_high_watermark, 0.6}, {disk_free_limit, "50MB"},
          {log, [{console, [{enabled, true}, {level, debug}]}]},
          {consumer_timeout, undefined}, {cluster_partition_handling, 'pause_minority'}
        ]},
        {rabbitmq_management, [{listener, [{port, 8080}]}, {load_definitions, "/etc/" "a.json"}]},
        {rabbitmq_prometheus, [{tcp_config, [{port, 9090}]}]},
        {rabbitmq_shovel, [{shovels, []}]}
      ].`;
    expect(read(text)).toEqual({
      'listeners.tcp.1': '5672',
      'listeners.tcp.2': '127.0.0.1:5673',
      'loopback_users.guest': 'true',
      'loopback_users.ann': 'true',
      default_user: 'a"b',
      'default_permissions.configure': '.*',
      'default_permissions.write': '^x',
      'default_permissions.read': '',
      'default_user_tags.administrator': 'true',
      'vm_memory_high_watermark.relative': '0.6',
      'disk_free_limit.absolute': '50MB',
      'log.console': 'true',
      'log.console.level': 'debug',
      consumer_timeout: 'undefined',
      cluster_partition_handling: 'pause_minority',
      'management.listener.port': '8080',
      'management.load_definitions': '/etc/a.json',
      'prometheus.tcp.port': '9090',
      'rabbitmq_shovel.shovels': 'none',
    });
    expect(read('[{rabbit,[{loopback_users,[]},{tcp_listeners,[]}]}].')).toEqual({
      loopback_users: 'none',
      'listeners.tcp': 'none',
    });
    expect(
      read('[{rabbit,[{vm_memory_high_watermark,{absolute,"1GB"}},{disk_free_limit,{mem_relative,1.0}}]}].'),
    ).toEqual({
      'vm_memory_high_watermark.absolute': '1GB',
      'disk_free_limit.relative': '1',
    });
    expect(read('% nothing\n')).toEqual({});
  });

  it('are refused with the line of what is no Erlang term', () => {
    expect(problem('[\n{rabbit, [}].')).toBe('advanced.config:2: "}" begins no term');
    expect(problem('[{rabbit, []}]')).toBe('advanced.config:1: "." is missing');
    expect(problem('[{rabbit,\n ~}].')).toBe('advanced.config:2: "~" is not understood');
    expect(problem('{rabbit, []}.')).toBe('advanced.config: must hold one list of {Application, Settings}');
    expect(problem('['.repeat(5000))).toContain('nested too deep');
  });

  it('are in the arguments of the Erlang VM too', () => {
    const text =
      '-rabbitmq_management load_definitions "/etc/x y.json" +S 2:2 -rabbit log_levels [{connection,error},{default,error}]';
    const { entries, problems, rest } = readErlangArguments('ARGS', text);
    expect(problems).toEqual([]);
    expect(rest).toEqual(['+S', '2:2']);
    expect(entries.map(({ path, value }) => `${path.join('.')} = ${value}`)).toEqual([
      'management.load_definitions = /etc/x y.json',
      'log.levels.connection = error',
      'log.levels.default = error',
    ]);
    expect(readErlangArguments('ARGS', '-rabbit a [').problems[0].text).toBe(
      'ARGS: the value of -rabbit a: "." begins no term',
    );
  });
});
