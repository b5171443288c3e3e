"""The tables of payments, one noun a file."""

from payments.models.adjustments import Adjustment
from payments.models.bank import BankLine, BankStatement
from payments.models.bookkeeping import Bookkeeping, ExportedTransaction, GlCode, LedgerExport
from payments.models.books import LedgerBalance, LedgerMonth
from payments.models.cards import SavedCard
from payments.models.charge_files import (
    ChargeAccount,
    ChargeBatch,
    ChargeBatchRow,
    ChargeFileColumns,
)
from payments.models.charges import Charge
from payments.models.deposits import Deposit, DepositItem
from payments.models.drawers import Drawer, DrawerCount, DrawerMovement
from payments.models.gateway import Dispute, GatewayEvent
from payments.models.invoices import AccountPayer, Invoice, InvoiceLine, InvoiceReminder
from payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransaction
from payments.models.payments import Allocation, Payment
from payments.models.plans import Instalment, PaymentPlan, PlanCharge, PlanDocument
from payments.models.proof import LedgerProof
from payments.models.reconciling import Comparison, Discrepancy, Payout
from payments.models.refunds import Refund
from payments.models.tenders import GiftCertificate, GoodsDrive
from payments.models.terminal import TerminalBatch, TerminalItem
from payments.models.transfers import Transfer

__all__ = [
    "Bookkeeping",
    "ExportedTransaction",
    "GlCode",
    "LedgerExport",
    "AccountPayer",
    "Adjustment",
    "ChargeAccount",
    "ChargeBatch",
    "ChargeBatchRow",
    "ChargeFileColumns",
    "Allocation",
    "BankLine",
    "BankStatement",
    "Charge",
    "Comparison",
    "Deposit",
    "DepositItem",
    "Discrepancy",
    "Dispute",
    "Drawer",
    "DrawerCount",
    "DrawerMovement",
    "GatewayEvent",
    "GiftCertificate",
    "GoodsDrive",
    "Instalment",
    "Invoice",
    "InvoiceLine",
    "InvoiceReminder",
    "LedgerAccount",
    "LedgerBalance",
    "LedgerEntry",
    "LedgerMonth",
    "LedgerProof",
    "LedgerTransaction",
    "Payment",
    "PaymentPlan",
    "PlanCharge",
    "PlanDocument",
    "Payout",
    "Refund",
    "SavedCard",
    "TerminalBatch",
    "TerminalItem",
    "Transfer",
]
