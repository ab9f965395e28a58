"""A Bluetooth controller on the kernel's /dev/vhci: bumble's, with habits and ailments of real ones."""

import asyncio
import os
from typing import Final

from bumble import hci
from bumble.controller import Controller

VENDOR: Final = b"\xff"  # the type of the packets between /dev/vhci and whoever opened it
PRIMARY: Final = b"\x00"  # asks for a controller of the ordinary kind
PACKET_BYTES_MAX: Final = 4096
ADVERTISING: Final = hci.LeFeatureMask.LE_EXTENDED_ADVERTISING | hci.LeFeatureMask.LE_PERIODIC_ADVERTISING
SCANNING: Final = {
    hci.HCI_LE_SET_EXTENDED_SCAN_PARAMETERS_COMMAND,
    hci.HCI_LE_SET_EXTENDED_SCAN_ENABLE_COMMAND,
}


class VirtualController(Controller):
    """Hears what it is told, while it is plugged in and scans.

    Where the kernel has it filter repeats, it reports a sender once in a scan, however its strength changes.
    extended: it speaks Bluetooth 5's commands too, and the kernel then uses those.
    hung: it answers nothing. mute: it answers, but reports no advert. deaf: mute until it is reset.
    """

    def __init__(self, address: str, *, extended: bool) -> None:
        super().__init__("virtual", public_address=address)
        self._extended = extended
        if extended:
            self.supported_commands = self.supported_commands | SCANNING
        else:
            self.le_features &= ~ADVERTISING
        self.hung = self.mute = self.deaf = False
        self._reported: set[str] = set()
        self._file: int | None = None

    def plug_in(self) -> None:
        self._file = os.open("/dev/vhci", os.O_RDWR | os.O_NONBLOCK)
        os.write(self._file, VENDOR + PRIMARY)
        asyncio.get_running_loop().add_reader(self._file, self._obey, self._file)

    def unplug(self) -> None:
        if self._file is not None:
            asyncio.get_running_loop().remove_reader(self._file)
            os.close(self._file)
            self._file, self.le_scan_enable = None, False

    def hear(self, sender: str, rssi_dbm: int, eir: bytes) -> None:
        """An advert reaches the antenna; eir: its bytes on the air."""
        ill = self.hung or self.mute or self.deaf
        filtered = self.filter_duplicates and sender in self._reported
        if self.le_scan_enable and not (ill or filtered):
            self._reported.add(sender)
            report = _extended_report if self._extended else _legacy_report
            self.send_hci_packet(report(hci.Address(sender), rssi_dbm, eir))

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        if self._file is not None and not self.hung:
            os.write(self._file, bytes(packet))

    def on_hci_le_set_scan_enable_command(
        self, command: hci.HCI_LE_Set_Scan_Enable_Command
    ) -> hci.HCI_StatusReturnParameters:
        self._reported.clear()
        return super().on_hci_le_set_scan_enable_command(command)

    def on_hci_le_set_extended_scan_enable_command(
        self, command: hci.HCI_LE_Set_Extended_Scan_Enable_Command
    ) -> hci.HCI_StatusReturnParameters:
        self._reported.clear()
        return super().on_hci_le_set_extended_scan_enable_command(command)

    def on_hci_reset_command(self, command: hci.HCI_Reset_Command) -> hci.HCI_StatusReturnParameters:
        self.le_scan_enable = self.deaf = False
        return super().on_hci_reset_command(command)

    def _obey(self, file: int) -> None:
        packet = os.read(file, PACKET_BYTES_MAX)
        if not self.hung and not packet.startswith(VENDOR):
            self.on_packet(packet)


def _legacy_report(sender: hci.Address, rssi_dbm: int, eir: bytes) -> hci.HCI_Event:
    event = hci.HCI_LE_Advertising_Report_Event
    report = event.Report(
        event_type=event.EventType.ADV_NONCONN_IND,
        address_type=sender.address_type,
        address=sender,
        data=eir,
        rssi=rssi_dbm,
    )
    return event([report])


def _extended_report(sender: hci.Address, rssi_dbm: int, eir: bytes) -> hci.HCI_Event:
    event = hci.HCI_LE_Extended_Advertising_Report_Event
    report = event.Report(
        event_type=event.EventType.LEGACY_ADVERTISING_PDU_USED,
        address_type=sender.address_type,
        address=sender,
        primary_phy=hci.Phy.LE_1M,
        secondary_phy=0,
        advertising_sid=event.NO_ADI_FIELD_PROVIDED,
        tx_power=event.TX_POWER_INFORMATION_NOT_AVAILABLE,
        rssi=rssi_dbm,
        periodic_advertising_interval=0,
        direct_address_type=0,
        direct_address=hci.Address.ANY,
        data=eir,
    )
    return event([report])
