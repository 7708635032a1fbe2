"""Deployment on Windows: the PowerShell around our rules that takes them back.

The script saves the rules of our group and the defaults of the profiles, registers a task of the
system that brings them back when the time is over, loads, and asks. The task does not depend on the
session of who asked, which may be the connection that the new rules cut off. Rules of others are
never touched; the whole policy as it was is kept in a file beside, to be imported by hand.

What the task of the system runs lies where administrators alone can write.

Written after the documentation of PowerShell's modules NetSecurity and ScheduledTasks; unproven by
the real tools.
"""

from __future__ import annotations

from netstat_fw.exporters.windows import GROUP, UNGUARDED

TASK = "netstat-fw-rollback"
"""Name of the task that rolls back."""


def wrap(script: str, seconds: int) -> str:
    """Write the deployment of a script of PowerShell that loads our rules.

    Args:
        script: what the target renders.
        seconds: how long to wait for the answer, 1 or more.
    """
    lines = (line for line in script.splitlines() if not line.endswith(UNGUARDED))
    body = "\n".join(f"    {line}".rstrip() for line in lines)
    return _SCRIPT.replace("@SECONDS@", str(seconds)).replace("@LOAD@", body)


_SCRIPT = (
    (
        r"""#Requires -RunAsAdministrator
# Load a host firewall, and take it back unless somebody confirms it. Written by netstat-fw.
#
# Connections that are known may stay open under the new rules: try to open a new one before you
# say yes.

$ErrorActionPreference = 'Stop'

# What is ours, and what every rule of ours can say.
function Save-Rules($Work) {
    $rules = @(Get-NetFirewallRule -Group '@GROUP@' -ErrorAction SilentlyContinue)
    $saved = foreach ($rule in $rules) {
        $ports = $rule | Get-NetFirewallPortFilter
        $addresses = $rule | Get-NetFirewallAddressFilter
        $interfaces = $rule | Get-NetFirewallInterfaceFilter
        $one = @{
            Group = '@GROUP@'
            Name = $rule.Name
            DisplayName = $rule.DisplayName
            Description = $rule.Description
            Direction = [string]$rule.Direction
            Action = [string]$rule.Action
            Enabled = [string]$rule.Enabled
            Protocol = $ports.Protocol
            LocalAddress = $addresses.LocalAddress
            RemoteAddress = $addresses.RemoteAddress
            InterfaceAlias = $interfaces.InterfaceAlias
        }
        if ($ports.Protocol -in 'TCP', 'UDP') {
            $one.LocalPort = $ports.LocalPort
            $one.RemotePort = $ports.RemotePort
        }
        if ($ports.Protocol -in 'ICMPv4', 'ICMPv6') {
            $one.IcmpType = $ports.IcmpType
        }
        $one
    }
    $defaults = foreach ($each in Get-NetFirewallProfile -All) {
        @{
            Name = $each.Name
            Enabled = [string]$each.Enabled
            DefaultInboundAction = [string]$each.DefaultInboundAction
            DefaultOutboundAction = [string]$each.DefaultOutboundAction
        }
    }
    $before = @{ Rules = @($saved); Defaults = @($defaults) }
    $before | Export-Clixml -Path "$Work\before.xml" -Depth 5
}

# Whoever moves this file decides, and nobody else: the timer or the answer.
function Get-Claim($Work) {
    try {
        Move-Item -Path "$Work\undecided" -Destination "$Work\decided"
        return $true
    } catch {
        return $false
    }
}

# The defaults come back first: with those of before, nobody is shut out in between.
function Undo-Rules($Work) {
    $before = Import-Clixml -Path "$Work\before.xml"
    foreach ($each in $before.Defaults) {
        Set-NetFirewallProfile @each
    }
    Get-NetFirewallRule -Group '@GROUP@' -ErrorAction SilentlyContinue | Remove-NetFirewallRule
    foreach ($rule in $before.Rules) {
        New-NetFirewallRule @rule | Out-Null
    }
}

function Set-Rules {
@LOAD@
}

# Others cannot write below Program Files, and the system runs what lies there.
$work = Join-Path $env:ProgramFiles ('netstat-fw-' + [guid]::NewGuid())
New-Item -ItemType Directory -Path $work | Out-Null
netsh advfirewall export "$work\before.wfw" | Out-Null
if ($LASTEXITCODE -ne 0) { throw 'cannot export the policy as it is' }
Save-Rules $work
New-Item -ItemType File -Path "$work\undecided" | Out-Null
Set-Content -Path "$work\back.ps1" -Value @(
    "`$ErrorActionPreference = 'Stop'"
    "function Get-Claim {${function:Get-Claim}}"
    "function Undo-Rules {${function:Undo-Rules}}"
    "if (Get-Claim '$work') { Undo-Rules '$work' }"
)
$run = "-NoProfile -ExecutionPolicy Bypass -File `"$work\back.ps1`""
$action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument $run
$trigger = New-ScheduledTaskTrigger -Once -At (Get-Date).AddSeconds(@SECONDS@)
$settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -AllowStartIfOnBatteries `
    -DontStopIfGoingOnBatteries
Register-ScheduledTask -TaskName '@TASK@' -Action $action -Trigger $trigger -Settings $settings `
    -User 'SYSTEM' -RunLevel Highest -Force | Out-Null

$kept = $false
try {
    Set-Rules
    Write-Output "Loaded. The policy as it was is in $work\before.wfw"
    $answer = Read-Host 'Type yes within @SECONDS@ seconds to keep it'
    $kept = ($answer -ceq 'yes') -and (Get-Claim $work)
} finally {
    if ($kept) {
        Unregister-ScheduledTask -TaskName '@TASK@' -Confirm:$false
        Write-Output 'kept'
    } elseif (Get-Claim $work) {
        Undo-Rules $work
        Unregister-ScheduledTask -TaskName '@TASK@' -Confirm:$false
        Write-Output 'rolled back'
    } else {
        # The task is at work, and stays.
        Write-Output 'no answer: rolled back'
    }
}
if (-not $kept) { exit 1 }
"""
    )
    .replace("@GROUP@", GROUP)
    .replace("@TASK@", TASK)
)
