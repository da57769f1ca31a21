"""What leaves the house: the SMS and voice gateway, mail, and the wording of both."""
